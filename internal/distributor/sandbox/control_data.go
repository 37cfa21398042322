package sandbox

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

// adminActor signs what is changed from outside both faces.
func adminActor() actor { return actor{"portal.user@reseller.example", "Portal"} }

// SetSeats sets the seats of a subscription by its comprehensive id; the change
// log gains a line and the start date stays. No vendor rule holds it back.
func (s *Server) SetSeats(subscriptionID string, total int) error {
	return s.store.setSeats(subscriptionID, total, adminActor())
}

// SetCustomerGone takes a customer away from both faces, or brings it back.
func (s *Server) SetCustomerGone(customerNo string, gone bool) error {
	return s.store.setCustomerGone(customerNo, gone)
}

// SetSubscriptionGone takes a subscription away from both faces, or brings it back.
func (s *Server) SetSubscriptionGone(subscriptionID string, gone bool) error {
	return s.store.setGone(subscriptionID, gone)
}

// MoveSubscription hands a subscription to another customer; its keys stay.
func (s *Server) MoveSubscription(subscriptionID, toCustomerNo string) error {
	return s.store.move(subscriptionID, toCustomerNo)
}

// NewCustomer is a customer to add. Unless told otherwise both faces know its
// name, domain and tenant id as they are.
type NewCustomer struct {
	Company
	Reseller string `json:"reseller"` // empty: DefaultReseller
}

// AddCustomer adds a customer with keys of its own on both faces.
func (s *Server) AddCustomer(in NewCustomer) (Customer, error) {
	if in.Name == "" {
		return Customer{}, errors.New("name is required")
	}
	k := in.Company
	k.StellrName, k.LegacyName = or(k.StellrName, k.Name), or(k.LegacyName, k.Name)
	k.StellrDomain, k.MailDomain = or(k.StellrDomain, k.Domain), or(k.MailDomain, k.Domain)
	k.StellrTenant, k.LegacyTenant = or(k.StellrTenant, k.TenantID), or(k.LegacyTenant, k.TenantID)
	return s.store.newCustomer(or(in.Reseller, DefaultReseller), k), nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// CustomerChange changes what is given. A status of "null" is null on the wire.
type CustomerChange struct {
	Name     *string `json:"name"` // on both faces
	Domain   *string `json:"domain"`
	TenantID *string `json:"tenant_id"` // on both faces
	Status   *string `json:"status"`
	Reseller *string `json:"reseller"`
}

// ChangeCustomer changes a customer by its comprehensive key.
func (s *Server) ChangeCustomer(customerNo string, in CustomerChange) error {
	return s.store.changeCustomer(customerNo, func(c *Customer) error {
		set(&c.Company.StellrName, in.Name)
		set(&c.Company.LegacyName, in.Name)
		set(&c.Company.StellrDomain, in.Domain)
		set(&c.Company.StellrTenant, in.TenantID)
		set(&c.Company.LegacyTenant, in.TenantID)
		set(&c.Reseller, in.Reseller)
		c.Status = statusOf(c.Status, in.Status)
		return nil
	})
}

func set[T any](field *T, v *T) {
	if v != nil {
		*field = *v
	}
}

func statusOf(old, in *string) *string {
	if in == nil {
		return old
	}
	if *in == "null" {
		return nil
	}
	return in
}

// NewSubscription is a subscription to add; it starts on the sandbox's day.
type NewSubscription struct {
	CustomerNo string           `json:"customer_no"`
	ContractNo string           `json:"contract_no"` // empty: a new contract
	SKU        int              `json:"sku_no"`      // or PartNumber
	PartNumber string           `json:"mfg_part_no"`
	Quantity   int              `json:"quantity"`
	UnitPrice  *decimal.Decimal `json:"unit_price"`             // nil: as in the catalogue
	OnlyFace   string           `json:"only_face"`              // stellr or legacy; empty: both
	VendorID   string           `json:"vendor_subscription_id"` // empty: a new one
}

// AddSubscription adds a subscription and its line in the change log.
func (s *Server) AddSubscription(in NewSubscription) (Subscription, error) {
	if in.SKU == 0 {
		in.SKU = s.skuOf(writeBody{PartNumber: in.PartNumber})
	}
	if err := checkFace(in.OnlyFace); err != nil {
		return Subscription{}, err
	}
	return s.store.buy(purchase{
		customerNo: in.CustomerNo, contractNo: in.ContractNo, sku: in.SKU, quantity: in.Quantity,
		unitPrice: in.UnitPrice, actor: adminActor(), onlyFace: in.OnlyFace, vendorID: in.VendorID,
	})
}

// SubscriptionChange changes what is given, past every rule of the vendor. A
// status of "null" is null on the wire; Quiet leaves the change log alone.
type SubscriptionChange struct {
	Quantity      *int             `json:"quantity"`
	UnitPrice     *decimal.Decimal `json:"unit_price"`
	CustomerPrice *decimal.Decimal `json:"customer_price"`
	Currency      *string          `json:"currency"`
	Status        *string          `json:"status"`
	SKU           *int             `json:"sku_no"`
	Start         *clock.Date      `json:"start_date"`
	End           *clock.Date      `json:"end_date"`
	AutoRenew     *bool            `json:"auto_renew"`
	OnlyFace      *string          `json:"only_face"` // stellr, legacy, or empty for both
	// LegacyQuantity is what the legacy face tells from then on; a negative one: the same as the other again.
	LegacyQuantity *int `json:"legacy_quantity"`
	Quiet          bool `json:"quiet"`
}

// ChangeSubscription changes a subscription by its comprehensive id.
func (s *Server) ChangeSubscription(subscriptionID string, in SubscriptionChange) error {
	if in.SKU != nil && s.store.product(*in.SKU).SKU == 0 {
		return errNotThere(fmt.Sprintf("product with SKU %d", *in.SKU))
	}
	if in.OnlyFace != nil {
		if err := checkFace(*in.OnlyFace); err != nil {
			return err
		}
	}
	return s.store.change(subscriptionID, func(sub *Subscription) error {
		if in.Quantity != nil && !in.Quiet {
			s.store.putSeats(sub, *in.Quantity, adminActor())
		}
		if in.Status != nil && !in.Quiet {
			s.store.note(sub, "Set status to "+*in.Status, adminActor())
		}
		in.apply(sub)
		return nil
	})
}

func (in SubscriptionChange) apply(sub *Subscription) {
	set(&sub.Quantity, in.Quantity)
	set(&sub.UnitPrice, in.UnitPrice)
	set(&sub.CustomerPrice, in.CustomerPrice)
	set(&sub.Currency, in.Currency)
	set(&sub.SKU, in.SKU)
	set(&sub.Start, in.Start)
	set(&sub.End, in.End)
	set(&sub.AutoRenew, in.AutoRenew)
	set(&sub.OnlyFace, in.OnlyFace)
	sub.Status = statusOf(sub.Status, in.Status)
	if n := in.LegacyQuantity; n != nil {
		sub.LegacyQuantity = n
		if *n < 0 {
			sub.LegacyQuantity = nil
		}
	}
}
