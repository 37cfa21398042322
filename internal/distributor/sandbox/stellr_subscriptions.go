package sandbox

import (
	"encoding/json"

	"seatledger/internal/clock"
)

// subscriptionRow is a subscription on the comprehensive face. It has no term
// field that can be relied on, no auto-renew flag and no suggested retail price.
type subscriptionRow struct {
	SubscriptionID       string `json:"subscriptionId"`
	ContractNo           string `json:"contractNo"`
	LineNo               int    `json:"lineNo"`
	CustomerNo           string `json:"customerNo"`
	VendorSubscriptionID string `json:"vendorSubscriptionId,omitempty"`
	VendorID             string `json:"vendorId"`
	VendorName           string `json:"vendorName"` // Guess
	ProductID            string `json:"productId"`
	ProductName          string `json:"productName"`
	SKU                  int    `json:"skuNo"`
	PartNumber           string `json:"mfgPartNo"`
	Quantity             int    `json:"quantity"`
	// the reseller's cost; Guess: the name, the meaning is known
	UnitPrice        json.Number `json:"unitPrice"`
	CustomerPrice    json.Number `json:"customerPrice"` // suggested price
	Currency         string      `json:"currency,omitempty"`
	BillingFrequency string      `json:"billingFrequency"`      // Guess: the name, the values are known
	BillingTerm      string      `json:"billingTerm,omitempty"` // Guess: some rows may have it
	StartDate        string      `json:"startDate,omitempty"`
	EndDate          string      `json:"endDate,omitempty"` // Guess: the name; the day after the last one
	Status           *string     `json:"status"`
}

func (s *Server) subscriptionRow(sub Subscription) any {
	p := s.store.product(sub.SKU)
	return subscriptionRow{
		SubscriptionID: sub.ID, ContractNo: sub.ContractNo, LineNo: sub.LineNo, CustomerNo: sub.CustomerNo,
		VendorSubscriptionID: sub.VendorSubscriptionID, VendorID: p.Vendor, VendorName: p.Vendor,
		ProductID: p.ProductID, ProductName: p.Name, SKU: sub.SKU, PartNumber: p.PartNumber,
		Quantity: sub.Quantity, UnitPrice: num(sub.UnitPrice), CustomerPrice: num(sub.CustomerPrice),
		Currency: sub.Currency, BillingFrequency: p.Frequency, BillingTerm: sub.BillingTerm,
		StartDate: isoDate(sub.Start), EndDate: isoDate(sub.End), Status: sub.Status,
	}
}

// isoDate writes a date as an ISO date-time. Guess: the zone and the milliseconds.
func isoDate(d clock.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String() + "T00:00:00.000Z"
}

// listSubscriptions. Another reseller's customer has no subscriptions to see;
// one that nobody has is not found (Guess).
func (s *Server) listSubscriptions(c call) (any, error) {
	no := c.PathValue("customerNo")
	if _, ok := s.store.customer(c.scope, no); ok {
		return page(s, c.Request, s.store.subscriptionsOf(no, faceStellr), s.subscriptionRow)
	}
	if s.store.foreign(c.scope, no) {
		return page(s, c.Request, nil, s.subscriptionRow)
	}
	return nil, notFound("Customer " + no)
}

func (s *Server) listAllSubscriptions(c call) (any, error) {
	var all []Subscription
	for _, owner := range s.store.customersOf(c.scope) {
		all = append(all, s.store.subscriptionsOf(owner.CustomerNo, faceStellr)...)
	}
	return page(s, c.Request, all, s.subscriptionRow)
}

// getSubscription also takes the change log, whose path is not public, in any spelling.
func (s *Server) getSubscription(c call) (any, error) {
	if isChangeLog(c.PathValue("subscriptionId")) {
		return s.changeLogOf(c)
	}
	sub, err := s.subscriptionOf(c)
	if err != nil {
		return nil, err
	}
	return s.subscriptionRow(sub), nil
}
