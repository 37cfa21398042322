package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

func (s *Server) adminCustomers(r *http.Request) (any, error) {
	q := strings.ToLower(r.URL.Query().Get("q"))
	found := []Customer{}
	for _, c := range s.Customers() {
		if strings.Contains(strings.ToLower(c.CustomerNo+" "+c.Company.Name+" "+c.Company.StellrName), q) {
			found = append(found, c)
		}
	}
	return found, nil
}

// adminSubscriptions lists by customer and by text of the product.
func (s *Server) adminSubscriptions(r *http.Request) (any, error) {
	customer, q := r.URL.Query().Get("customer"), strings.ToLower(r.URL.Query().Get("q"))
	found := []Subscription{}
	for _, sub := range s.Subscriptions() {
		if (customer == "" || customer == sub.CustomerNo) && strings.Contains(strings.ToLower(sub.ID+" "+s.store.product(sub.SKU).Name), q) {
			found = append(found, sub)
		}
	}
	return found, nil
}

func (s *Server) adminProducts(*http.Request) (any, error) { return s.store.catalogue(), nil }

// newCustomer is a customer to add. Both faces call it by its name unless told otherwise.
type newCustomer struct {
	Company
	Reseller string `json:"reseller"`
}

func (s *Server) adminAddCustomer(r *http.Request) (any, error) {
	in := newCustomer{Reseller: DefaultReseller}
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	if in.Name == "" {
		return nil, errors.New("name is required")
	}
	k := in.Company
	k.StellrName, k.LegacyName = or(k.StellrName, k.Name), or(k.LegacyName, k.Name)
	k.StellrDomain, k.MailDomain = or(k.StellrDomain, k.Domain), or(k.MailDomain, k.Domain)
	k.StellrTenant, k.LegacyTenant = or(k.StellrTenant, k.TenantID), or(k.LegacyTenant, k.TenantID)
	return s.store.newCustomer(in.Reseller, k), nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// customerChange changes what is given. A status of "null" is null on the wire.
type customerChange struct {
	Name     *string `json:"name"` // on both faces
	Domain   *string `json:"domain"`
	TenantID *string `json:"tenant_id"` // on both faces
	Status   *string `json:"status"`
	Reseller *string `json:"reseller"`
}

func (s *Server) adminChangeCustomer(r *http.Request) (any, error) {
	var in customerChange
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	no := r.PathValue("id")
	err := s.store.changeCustomer(no, func(c *Customer) error {
		set(&c.Company.StellrName, in.Name)
		set(&c.Company.LegacyName, in.Name)
		set(&c.Company.StellrDomain, in.Domain)
		set(&c.Company.StellrTenant, in.TenantID)
		set(&c.Company.LegacyTenant, in.TenantID)
		set(&c.Reseller, in.Reseller)
		c.Status = statusOf(c.Status, in.Status)
		return nil
	})
	return done{true}, err
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

func (s *Server) adminRemoveCustomer(r *http.Request) (any, error) {
	return done{true}, s.SetCustomerGone(r.PathValue("id"), true)
}

func (s *Server) adminRestoreCustomer(r *http.Request) (any, error) {
	return done{true}, s.SetCustomerGone(r.PathValue("id"), false)
}

// newSubscription is a subscription to add; it starts on the sandbox's day.
type newSubscription struct {
	CustomerNo string           `json:"customer_no"`
	ContractNo string           `json:"contract_no"` // empty: a new contract
	SKU        int              `json:"sku_no"`      // or mfg_part_no
	PartNumber string           `json:"mfg_part_no"`
	Quantity   int              `json:"quantity"`
	UnitPrice  *decimal.Decimal `json:"unit_price"`
}

func (s *Server) adminAddSubscription(r *http.Request) (any, error) {
	var in newSubscription
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	if in.SKU == 0 {
		in.SKU = s.skuOf(writeBody{PartNumber: in.PartNumber})
	}
	return s.store.buy(purchase{
		customerNo: in.CustomerNo, contractNo: in.ContractNo, sku: in.SKU, quantity: in.Quantity,
		unitPrice: in.UnitPrice, actor: adminActor(),
	})
}

// subscriptionChange changes what is given, past every rule of the vendor. A
// status of "null" is null on the wire; quiet leaves the change log alone.
type subscriptionChange struct {
	Quantity      *int             `json:"quantity"`
	UnitPrice     *decimal.Decimal `json:"unit_price"`
	CustomerPrice *decimal.Decimal `json:"customer_price"`
	Currency      *string          `json:"currency"`
	Status        *string          `json:"status"`
	SKU           *int             `json:"sku_no"`
	Start         *clock.Date      `json:"start_date"`
	End           *clock.Date      `json:"end_date"`
	AutoRenew     *bool            `json:"auto_renew"`
	Quiet         bool             `json:"quiet"`
}

func (s *Server) adminChangeSubscription(r *http.Request) (any, error) {
	var in subscriptionChange
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	id := r.PathValue("id")
	if in.SKU != nil && s.store.product(*in.SKU).SKU == 0 {
		return nil, errNotThere(fmt.Sprintf("product with SKU %d", *in.SKU))
	}
	if in.Quantity != nil && !in.Quiet {
		if err := s.SetSeats(id, *in.Quantity); err != nil {
			return nil, err
		}
	}
	err := s.store.change(id, func(sub *Subscription) error {
		set(&sub.Quantity, in.Quantity)
		set(&sub.UnitPrice, in.UnitPrice)
		set(&sub.CustomerPrice, in.CustomerPrice)
		set(&sub.Currency, in.Currency)
		set(&sub.SKU, in.SKU)
		set(&sub.Start, in.Start)
		set(&sub.End, in.End)
		set(&sub.AutoRenew, in.AutoRenew)
		if in.Status != nil && !in.Quiet {
			s.store.note(sub, "Set status to "+*in.Status, adminActor())
		}
		sub.Status = statusOf(sub.Status, in.Status)
		return nil
	})
	return done{true}, err
}

func (s *Server) adminRemoveSubscription(r *http.Request) (any, error) {
	return done{true}, s.SetSubscriptionGone(r.PathValue("id"), true)
}

func (s *Server) adminRestoreSubscription(r *http.Request) (any, error) {
	return done{true}, s.SetSubscriptionGone(r.PathValue("id"), false)
}

func (s *Server) adminMoveSubscription(r *http.Request) (any, error) {
	var in struct {
		CustomerNo string `json:"customer_no"`
	}
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	return done{true}, s.store.move(r.PathValue("id"), in.CustomerNo)
}

// adminAddLog writes a line of any text and time, without changing anything.
func (s *Server) adminAddLog(r *http.Request) (any, error) {
	var in struct {
		Text string    `json:"text"`
		At   time.Time `json:"at"`
	}
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	return done{true}, s.store.change(r.PathValue("id"), func(sub *Subscription) error {
		s.store.note(sub, in.Text, adminActor())
		if entries := s.store.log[sub.ContractNo]; !in.At.IsZero() {
			entries[len(entries)-1].At = in.At
		}
		return nil
	})
}

func (s *Server) adminLog(r *http.Request) (any, error) {
	id := r.PathValue("id")
	found := []LogEntry{}
	contract, _, _ := strings.Cut(id, "_")
	for _, e := range s.store.changes(s.store.owner(id), contract) {
		if e.SubscriptionID == id {
			found = append(found, e)
		}
	}
	return found, nil
}
