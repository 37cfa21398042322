package reconcile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// Kind is the cause of a difference (CONTRACT).
type Kind string

// The causes that two files can show. Those that need a mapping, a signature or the ledger stand elsewhere.
const (
	OnlyOnBill      Kind = "only_on_bill"
	OnlyHere        Kind = "only_here"
	Quantity        Kind = "quantity"
	Price           Kind = "price"
	Period          Kind = "period"
	Currency        Kind = "currency"
	Double          Kind = "double"
	NotBilledOn     Kind = "not_billed_on"
	BilledBelowCost Kind = "billed_below_cost"
)

// Difference is one cause on one subscription. Money above zero is charged and not billed on, below zero billed
// and not charged.
type Difference struct {
	ID           uuid.UUID
	Kind         Kind
	Customer     string
	Subscription string
	Part         string
	Month        decimal.Decimal // what it comes to in a month, at the bill's cost
	Once         decimal.Decimal // what it comes to on this bill
	Currency     string
	Since        string
	Why          string
	BillLines    []string
	BilledLines  []string
}

// finding is a part of a difference, found at one line or on some days.
type finding struct {
	once, month  decimal.Decimal
	since        day
	why          string
	bill, billed string
	currency     string // where it is not the group's
}

// tally adds up the findings of one cause. What it comes to in a month is that of the latest days: two months of
// the same fault are one fault a month.
type tally struct {
	finding
	latest         day
	bills, billeds []string
}

func (t *tally) add(f finding) {
	t.once = t.once.Add(f.once)
	switch {
	case f.month.IsZero() || f.since < t.latest:
	case f.since > t.latest:
		t.month, t.latest = f.month, f.since
	default:
		t.month = t.month.Add(f.month)
	}
	if f.since < t.since {
		t.since = f.since
	}
	for _, line := range strings.Fields(f.bill) {
		if !slices.Contains(t.bills, line) {
			t.bills = append(t.bills, line)
		}
	}
	for _, line := range strings.Fields(f.billed) {
		if !slices.Contains(t.billeds, line) {
			t.billeds = append(t.billeds, line)
		}
	}
}

// differenceSpace makes the same difference bear the same id in each run.
var differenceSpace = uuid.MustParse("6f1f6ac2-5f0e-4d5c-9a5e-0d6f7c1f3a10")

func (g *group) difference(kind Kind, t *tally) Difference {
	currency := cmp.Or(t.currency, g.currency)
	d := Difference{Kind: kind, Customer: g.customer, Subscription: g.subscription(), Part: g.part,
		Once: money.Round(t.once, currency), Month: money.Round(t.month, currency), Currency: currency,
		Since: t.since.String(), Why: t.why, BillLines: t.bills, BilledLines: t.billeds}
	slices.SortFunc(d.BillLines, byNumber)
	slices.SortFunc(d.BilledLines, byNumber)
	d.ID = uuid.NewSHA1(differenceSpace, []byte(strings.Join([]string{string(kind), d.Customer, d.Subscription, d.Part,
		currency}, "\x00")))
	return d
}
