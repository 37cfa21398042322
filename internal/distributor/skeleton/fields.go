package skeleton

import (
	"encoding/json"
	"fmt"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/vocabulary"
	"seatledger/internal/money"
)

// What the fields are called on the wire, the likeliest name first. Capitals and _ make no difference.
var (
	customerID   = lenient.Field{"customerId", "id"}
	customerName = lenient.Field{"company", "name"}
	domain       = lenient.Field{"domain"}
	tenantID     = lenient.Field{"tenantId", "microsoftTenantId"}
	state        = lenient.Field{"status"}

	subscriptionID = lenient.Field{"id"}
	vendorID       = lenient.Field{"subscriptionId"}
	vendor         = lenient.Field{"vendor"}
	productName    = lenient.Field{"productName"}
	partNumber     = lenient.Field{"mfgPartNumber"}
	quantity       = lenient.Field{"quantity"}
	unitCost       = lenient.Field{"cost"}
	price          = lenient.Field{"msrp"}
	currency       = lenient.Field{"currency"}
	cycle          = lenient.Field{"billingCycle"}
	term           = lenient.Field{"billingTerm"}
	startDate      = lenient.Field{"startDate"}
	endDate        = lenient.Field{"endDate"}
	autoRenew      = lenient.Field{"autoRenew"}
)

// readAccount reads a customer. Without an id it is a bad record, never left out in silence.
func readAccount(raw json.RawMessage, requestID string) (distributor.Account, *distributor.BadRecord) {
	r, ok := lenient.NewRecord(raw)
	if !ok {
		return distributor.Account{}, &distributor.BadRecord{Reason: "it is no record", Raw: lenient.Storable(raw)}
	}
	id, err := r.ID(customerID)
	if err != nil {
		return distributor.Account{}, &distributor.BadRecord{Reason: err.Error(), Raw: r.Raw()}
	}
	a := distributor.Account{ExternalID: id, Name: r.Text(customerName), Domain: r.Text(domain),
		TenantID: r.Text(tenantID), StatusText: r.Text(state), Raw: r.Raw(), RequestID: requestID}
	a.Active = vocabulary.AccountActive(a.StatusText)
	return a, nil
}

// readSubscription reads a subscription. Without an id or a quantity it is a bad record, never 0.
func readSubscription(raw json.RawMessage, requestID string) (distributor.Subscription, *distributor.BadRecord) {
	bad := func(id, why string) (distributor.Subscription, *distributor.BadRecord) {
		return distributor.Subscription{}, &distributor.BadRecord{ExternalID: id, Reason: why,
			Raw: lenient.Storable(raw)}
	}
	r, ok := lenient.NewRecord(raw)
	if !ok {
		return bad("", "it is no record")
	}
	id, err := r.ID(subscriptionID)
	if err != nil {
		return bad("", err.Error())
	}
	account, err := r.ID(customerID)
	if err != nil {
		return bad(id, fmt.Sprintf("it names no customer: %s", err))
	}
	seats, err := r.Seats(quantity)
	if err != nil {
		return bad(id, err.Error())
	}
	s := distributor.Subscription{ExternalID: id, AccountExternalID: account, Quantity: seats,
		VendorSubscriptionID: r.Text(vendorID), ProductName: r.Text(productName), PartNumber: r.Text(partNumber)}
	s.Vendor, s.VendorDerived = vocabulary.Vendor(r.Text(vendor), s.PartNumber), r.Text(vendor) == ""
	s.FrequencyText, s.TermText, s.StatusText = r.Text(cycle), r.Text(term), r.Text(state)
	s.Frequency, s.Term = vocabulary.Rhythm(s.FrequencyText), vocabulary.Rhythm(s.TermText)
	s.Status = vocabulary.Status(s.StatusText)
	s.Kind = vocabulary.Kind(vocabulary.Product{Name: s.ProductName, Part: s.PartNumber, Frequency: s.Frequency,
		Term: s.Term})
	s.UnitCost, s.SuggestedPrice = r.Amount(unitCost), r.Amount(price)
	s.CostPeriod = vocabulary.CostPeriod(s.Frequency) // never guessed: without a cycle it is unknown
	if code, ok := money.ParseCurrency(r.Text(currency)); ok {
		s.Currency = code
	}
	s.Start, s.StartText = r.Date(startDate)
	s.End, s.EndText = r.Date(endDate)
	s.AutoRenew = distributor.YesNo(r.Flag(autoRenew))
	s.Raw, s.RequestID, s.Notes = r.Raw(), requestID, r.Notes()
	return s, nil
}
