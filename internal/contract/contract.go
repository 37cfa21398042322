package contract

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/clock"
)

// Frequency is how often a contract is billed.
type Frequency string

// The frequencies.
const (
	Monthly   Frequency = "monthly"
	Quarterly Frequency = "quarterly"
	Annual    Frequency = "annual"
)

// Months are those of one cycle.
func (f Frequency) Months() int {
	switch f {
	case Quarterly:
		return 3
	case Annual:
		return 12
	}
	return 1
}

// Timing is whether a cycle is billed before or after it has run.
type Timing string

// The timings.
const (
	Advance Timing = "advance"
	Arrears Timing = "arrears"
)

// Refunds is a contract's setting for credits; Global leaves it to the global one.
type Refunds string

// The refund settings.
const (
	RefundsGlobal Refunds = "global"
	RefundsYes    Refunds = "yes"
	RefundsNo     Refunds = "no"
)

// Language is the one in which the customer reads documents.
type Language string

// The languages.
const (
	English Language = "en"
	French  Language = "fr"
)

// Renewal is what becomes of the list's price where a new term of the same product begins.
type Renewal string

// The ways.
const (
	Propose  Renewal = "propose" // a person decides; the old one goes on
	TakeList Renewal = "list"    // it holds from the term's start
)

// LastDay as a billing day is the last day of each month.
const LastDay = 31

// Terms are what a person sets in a contract.
type Terms struct {
	CRMAccountID     uuid.UUID `gorm:"column:crm_account_id"`
	Name             string
	Currency         string
	BillingFrequency Frequency
	Timing           Timing
	BillingDay       int // 1 to 28, or LastDay
	PriceListID      uuid.NullUUID
	StartDate        clock.Date
	EndDate          clock.Date // first day no longer covered; zero: open
	BillFrom         clock.Date // first day Seatledger bills; zero: not set yet
	Refunds          Refunds
	PaymentTerms     string // as Due writes it; older words may stand
	TaxCode          string
	PurchaseOrder    string // the customer's
	Recipients       string // of invoices, comma and blank between them
	Language         Language
	Renewal          Renewal
	UsageRule        UsageRule
	EndRefund        bool // of days from its end on that are billed already
	IsDefault        bool
	BillTogether     bool // its invoices join others of who is billed on one document
}

// Contract is the agreement under which a CRM account is billed.
type Contract struct {
	ID uuid.UUID
	Terms
	Active        bool
	DeactivatedAt *time.Time
	Version       int
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// DayText writes a billing day as forms and CSVs have it: 1 to 28, or last.
func DayText(day int) string {
	if day == LastDay {
		return "last"
	}
	return strconv.Itoa(day)
}

// endRefund is the answer as text; empty while no end is set.
func (t Terms) endRefund() string {
	switch {
	case t.EndDate.IsZero():
		return ""
	case t.EndRefund:
		return "yes"
	}
	return "no"
}

// Column is one field under its CONTRACT name.
type Column struct{ Name, Value string }

// Columns are the terms as text, in the order of the form.
func (t Terms) Columns() []Column {
	list := ""
	if t.PriceListID.Valid {
		list = t.PriceListID.UUID.String()
	}
	return []Column{
		{"crm_account_id", t.CRMAccountID.String()}, {"name", t.Name}, {"currency", t.Currency},
		{"billing_frequency", string(t.BillingFrequency)}, {"timing", string(t.Timing)},
		{"billing_day", DayText(t.BillingDay)},
		{"price_list_id", list}, {"start_date", t.StartDate.String()}, {"end_date", t.EndDate.String()},
		{"end_refund", t.endRefund()}, {"bill_from", t.BillFrom.String()}, {"refunds", string(t.Refunds)},
		{"payment_terms", t.PaymentTerms},
		{"tax_code", t.TaxCode}, {"purchase_order", t.PurchaseOrder}, {"recipients", t.Recipients},
		{"language", string(t.Language)}, {"renewal", string(t.Renewal)}, {"usage_rule", string(t.UsageRule)},
		{"is_default", strconv.FormatBool(t.IsDefault)}, {"bill_together", strconv.FormatBool(t.BillTogether)},
	}
}
