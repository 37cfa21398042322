package sandbox

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
)

// DefaultReseller is the reseller number that owns the data.
const DefaultReseller = "100200"

// DataOptions sizes a data set. Subscriptions is the total over all customers.
type DataOptions struct {
	Customers     int
	Subscriptions int
	Seed          uint64
	// terms and the change log are dated before it; zero: 2026-01-15. It never touches the companies
	Today    clock.Date
	Reseller string // owner of all customers; empty: DefaultReseller
}

// Customer is one end customer under the keys of both faces.
type Customer struct {
	CustomerNo string  `json:"customer_no"`
	LegacyNo   int     `json:"snx_eu_no"`
	Reseller   string  `json:"reseller"`
	Status     *string `json:"status"` // nil is null on the wire
	Gone       bool    `json:"gone"`   // neither face lists it
	Company    Company `json:"company"`
}

// Subscription is so many seats of one product under the keys of both faces.
type Subscription struct {
	ID                   string          `json:"subscription_id"` // contractNo_lineNo
	LegacyID             int             `json:"legacy_subscription_id"`
	ContractNo           string          `json:"contract_no"`
	LineNo               int             `json:"line_no"`
	CustomerNo           string          `json:"customer_no"`
	VendorSubscriptionID string          `json:"vendor_subscription_id"`
	SKU                  int             `json:"sku_no"`
	Quantity             int             `json:"quantity"`
	UnitPrice            decimal.Decimal `json:"unit_price"`
	CustomerPrice        decimal.Decimal `json:"customer_price"`
	Currency             string          `json:"currency"`     // empty: not told
	BillingTerm          string          `json:"billing_term"` // empty: only the product name tells
	Status               *string         `json:"status"`       // nil is null on the wire
	Start                clock.Date      `json:"start_date"`
	End                  clock.Date      `json:"end_date"`
	PurchaseOrder        string          `json:"rs_po_no"`
	AutoRenew            bool            `json:"auto_renew"`
	Gone                 bool            `json:"gone"`            // neither face lists it
	OnlyFace             string          `json:"only_face"`       // stellr or legacy: the other face does not list it
	LegacyQuantity       *int            `json:"legacy_quantity"` // what the legacy face says instead; nil: the same

	windows []window
}

// window is an addition of seats, or the purchase itself: it can be taken back
// for 168 hours.
type window struct {
	at    time.Time
	seats int
}

// LogEntry is one line of a contract's change log.
type LogEntry struct {
	SubscriptionID string    `json:"subscription_id"`
	ContractNo     string    `json:"contract_no"`
	Activity       string    `json:"activity"`
	Text           string    `json:"text"`
	At             time.Time `json:"at"`
	By             string    `json:"by"`
	Source         string    `json:"source"`
}

// Data is a data set as it is first served. The same options make the same data.
type Data struct {
	options       DataOptions
	products      []Product
	customers     []Customer
	subscriptions []Subscription
	log           []LogEntry
}

// NewData makes a data set.
func NewData(o DataOptions) *Data {
	if o.Today.IsZero() {
		o.Today = clock.NewDate(2026, time.January, 15)
	}
	if o.Reseller == "" {
		o.Reseller = DefaultReseller
	}
	o.Customers, o.Subscriptions = max(o.Customers, 0), max(o.Subscriptions, 0)
	d := &Data{options: o, products: catalog()}
	d.makeCustomers()
	d.makeSubscriptions()
	return d
}

// Companies are the true companies, in the order of the customer list.
func (d *Data) Companies() []Company {
	all := make([]Company, len(d.customers))
	for i, c := range d.customers {
		all[i] = c.Company
	}
	return all
}

// Products is the catalogue.
func (d *Data) Products() []Product { return slices.Clone(d.products) }

// Customers are the customers, in the order of the list.
func (d *Data) Customers() []Customer { return slices.Clone(d.customers) }

// Subscriptions are all subscriptions, customer by customer.
func (d *Data) Subscriptions() []Subscription { return slices.Clone(d.subscriptions) }

func (d *Data) makeCustomers() {
	g := namer{rng: rand.New(rand.NewPCG(d.options.Seed, 1)), taken: map[string]bool{}}
	for n := range d.options.Customers {
		c := g.company(n)
		d.customers = append(d.customers, Customer{
			CustomerNo: c.CustomerNo, LegacyNo: c.LegacyNo, Reseller: d.options.Reseller,
			Status: customerStatus(n, c), Company: c,
		})
	}
}

// customerStatus: blank and null occur and mean active; "Discontinued" is known.
// Guess: the word "Active".
func customerStatus(n int, c Company) *string {
	if c.Discontinued {
		return ptr("Discontinued")
	}
	switch n % 9 {
	case 3:
		return nil
	case 5:
		return ptr("")
	}
	return ptr("Active")
}

func ptr[T any](v T) *T { return &v }
