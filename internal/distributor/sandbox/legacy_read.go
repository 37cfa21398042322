package sandbox

import (
	"encoding/json"
	"fmt"
)

// endUser is a customer on the legacy face.
type endUser struct {
	Number      int     `json:"snx_eu_no"`
	CompanyName string  `json:"company_name"`
	Address1    string  `json:"address1"`
	Address2    string  `json:"address2"`
	City        string  `json:"city"`
	State       string  `json:"state"`
	ZipCode     string  `json:"zip_code"`
	Country     string  `json:"country"`
	ContactName string  `json:"contact_name"`
	Email       string  `json:"email"`
	Phone       string  `json:"phone"`
	TenantID    *string `json:"tenant_id"` // null for some
}

func newEndUser(c Customer) any {
	k := c.Company
	u := endUser{
		Number: c.LegacyNo, CompanyName: k.LegacyName, Address1: k.Street, City: k.City, State: k.State,
		ZipCode: k.PostalCode, Country: k.Country, ContactName: k.Contact, Email: k.mailbox(), Phone: k.Phone,
	}
	if k.LegacyTenant != "" {
		u.TenantID = &k.LegacyTenant
	}
	return u
}

// legacyRow is a subscription on the legacy face: no dates and no part number.
// unit_price is the reseller's cost, msrp the suggested price.
type legacyRow struct {
	SubscriptionID int         `json:"subscription_id"`
	ServiceName    string      `json:"service_name"`
	SKU            int         `json:"snx_sku_no"`
	Quantity       int         `json:"quantity"`
	Status         *string     `json:"status"` // Guess: the same words as on the comprehensive face
	UnitPrice      json.Number `json:"unit_price"`
	MSRP           json.Number `json:"msrp"`
}

func (s *Server) legacyRow(sub Subscription) any {
	return legacyRow{sub.LegacyID, s.store.product(sub.SKU).Name, sub.SKU, sub.legacySeats(), sub.Status,
		num(sub.UnitPrice), num(sub.CustomerPrice)}
}

// legacyID is all that a list row is known to hold.
type legacyID struct {
	SubscriptionID int `json:"subscription_id"`
}

// licence is a row of the licence endpoint.
type licence struct {
	SKU      int `json:"snx_sku_no"`
	Quantity int `json:"quantity"`
}

// order is the answer of get_subscription_by_id: an object, not a list.
type order struct {
	PurchaseOrder string `json:"rs_po_no"`
	Subscriptions []any  `json:"subscriptions_info"`
}

// Guess: no paging was ever seen here, so lists come whole.
func (s *Server) endUsers(c legacyCall) any {
	return legacyItems(rows(s.store.customersOf(c.scope), newEndUser))
}

func (s *Server) ofEndUser(c legacyCall) ([]Subscription, bool) {
	owner, ok := s.store.legacyCustomer(c.scope, c.in.EndUser.number())
	if !ok {
		return nil, false
	}
	return s.store.subscriptionsOf(owner.CustomerNo, faceLegacy), true
}

func (s *Server) endUserSubscriptions(c legacyCall) any {
	subs, ok := s.ofEndUser(c)
	if !ok {
		return s.noEndUser(c)
	}
	if s.behave().LegacyListRows == "full" {
		return legacyItems(rows(subs, s.legacyRow))
	}
	return legacyItems(rows(subs, func(sub Subscription) any { return legacyID{sub.LegacyID} }))
}

// noEndUser. Guess: another reseller's customer has empty lists, as on the
// comprehensive face; one that nobody has is refused.
func (s *Server) noEndUser(c legacyCall) any {
	if s.store.foreignLegacy(c.scope, c.in.EndUser.number()) {
		return legacyItems([]any{})
	}
	return legacyFailure("No such customer.")
}

func (s *Server) legacySubscription(c legacyCall) any {
	sub, ok := s.store.legacySubscription(c.scope, c.in.SubscriptionID.number())
	if !ok {
		return legacyFailure("No such subscription.")
	}
	return legacyItems(order{sub.PurchaseOrder, []any{s.legacyRow(sub)}})
}

func (s *Server) licences(c legacyCall) any {
	subs, ok := s.ofEndUser(c)
	if !ok {
		return s.noEndUser(c)
	}
	return legacyItems(rows(subs, func(sub Subscription) any { return licence{sub.SKU, sub.legacySeats()} }))
}

// subscribedSKUs reads with a tenant's token, which opens its own customer only.
func (s *Server) subscribedSKUs(c legacyCall) any {
	if c.token.tenant != c.in.EndUser.number() {
		return legacyFailure("The token is for another customer.")
	}
	return s.licences(c)
}

// directoryUser is a user of a customer's tenant. Guess: all its fields.
type directoryUser struct {
	UserName    string `json:"user_name"`
	DisplayName string `json:"display_name"`
}

func (s *Server) customerUsers(c legacyCall) any {
	owner, ok := s.store.legacyCustomer(c.scope, c.in.EndUser.number())
	if !ok {
		return s.noEndUser(c)
	}
	users := []any{}
	for i := range 3 {
		users = append(users, directoryUser{fmt.Sprintf("user%d@%s", i+1, owner.Company.MailDomain),
			fmt.Sprintf("User %d", i+1)})
	}
	return legacyItems(users)
}
