package reconcile

import (
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
	once, month decimal.Decimal
	since       day
	why         string
	bill, ours  []string // the lines
	days        span     // or all lines of both sides on these days
	currency    string   // where it is not the group's
}

// tally adds up the findings of one cause. What it comes to in a month is that of the latest days: two months of
// the same fault are one fault a month.
type tally struct {
	finding
	latest day
	spans  []span
}

// find adds to what is known of one cause.
func (g *group) find(kind Kind, f finding) {
	if f.currency == "" {
		f.currency = g.currency
	}
	key := cause{kind, f.currency}
	t := g.found[key]
	if t == nil {
		t = &tally{finding: finding{since: f.since, why: f.why}, latest: f.since}
		g.found[key] = t
	}
	t.once = t.once.Add(f.once)
	switch {
	case f.month.IsZero() || f.since < t.latest:
	case f.since > t.latest:
		t.month, t.latest = f.month, f.since
	default:
		t.month = t.month.Add(f.month)
	}
	if f.since < t.since {
		t.since, t.why = f.since, f.why
	}
	t.bill, t.ours = append(t.bill, f.bill...), append(t.ours, f.ours...)
	if !f.days.empty() {
		t.spans = append(t.spans, f.days)
	}
}

// lines names the lines of both sides that a difference is about.
func (g *group) linesOf(t *tally) (bill, ours []string) {
	bill, ours = slices.Clone(t.bill), slices.Clone(t.ours)
	meets := meeting(t.spans)
	for _, p := range g.charges {
		if !p.once() && meets(p.span) {
			bill = append(bill, p.line)
		}
	}
	for _, b := range g.billed {
		if !b.once() && meets(b.span) {
			ours = append(ours, b.line)
		}
	}
	return sortedOnce(bill), sortedOnce(ours)
}

func sortedOnce(lines []string) []string {
	slices.SortFunc(lines, byNumber)
	return slices.Compact(slices.DeleteFunc(lines, func(s string) bool { return s == "" }))
}

// meeting tells of a span whether it has a day of spans, which do not overlap.
func meeting(spans []span) func(span) bool {
	sorted := slices.Clone(spans)
	slices.SortFunc(sorted, func(a, b span) int { return int(a.from - b.from) })
	return func(s span) bool {
		i, _ := slices.BinarySearchFunc(sorted, s.from, func(a span, d day) int {
			if a.to <= d {
				return -1
			}
			return 1
		})
		return i < len(sorted) && sorted[i].meets(s)
	}
}

// differenceSpace makes the same difference bear the same id in each run.
var differenceSpace = uuid.MustParse("6f1f6ac2-5f0e-4d5c-9a5e-0d6f7c1f3a10")

func (g *group) difference(c cause, t *tally) Difference {
	d := Difference{Kind: c.kind, Customer: g.customer, Subscription: g.subscription(), Part: g.part,
		Once:  money.Round(t.once.Round(12), c.currency),
		Month: money.Round(t.month.Round(12), c.currency), Currency: c.currency, Since: t.since.String(), Why: t.why}
	d.BillLines, d.BilledLines = g.linesOf(t)
	d.ID = uuid.NewSHA1(differenceSpace, []byte(strings.Join([]string{string(c.kind), d.Customer, d.Subscription,
		d.Part, c.currency}, "\x00")))
	return d
}

// differences are what was found, without those that come to nothing.
func (g *group) differences() (out []Difference) {
	for c, t := range g.found {
		d := g.difference(c, t)
		if !d.Once.IsZero() || !d.Month.IsZero() || seatsDiffer[c.kind] {
			out = append(out, d)
		}
	}
	return out
}

// seatsDiffer are the causes that stand without money too: a tolerance excuses no seats, days or currency.
var seatsDiffer = map[Kind]bool{Quantity: true, Period: true, NotBilledOn: true, Currency: true}
