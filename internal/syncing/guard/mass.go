package guard

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// Sum is how much a change comes to, or how much there is.
type Sum struct {
	Subscriptions int
	New           int // of the subscriptions: not known before
	Customers     int
	Seats         int
	Month         map[string]decimal.Decimal `gorm:"-"` // cost per month, by currency
}

// Limits say how much may change at once: a change is too large when it is more than the share of seats,
// subscriptions or the month's cost, and concerns more than so many subscriptions of so many customers.
type Limits struct {
	Share         float64
	Subscriptions int
	Customers     int
}

// The floor under which no share stops a run: a small reseller changes a few now and then.
const (
	FloorSubscriptions = 5
	FloorCustomers     = 2
)

// Exceeded tells whether a change is too large beside what there is.
func (l Limits) Exceeded(change, all Sum) bool {
	if change.Subscriptions <= l.Subscriptions || change.Customers <= l.Customers {
		return false
	}
	if l.over(change.Subscriptions, all.Subscriptions) || l.over(change.Seats, all.Seats) {
		return true
	}
	share := decimal.NewFromFloat(l.Share)
	for currency, m := range change.Month {
		if m.GreaterThan(all.Month[currency].Mul(share)) && m.IsPositive() {
			return true
		}
	}
	return false
}

func (l Limits) over(n, of int) bool { return float64(n) > float64(of)*l.Share }

// Money says amounts per month, by currency.
func Money(by map[string]decimal.Decimal) string {
	var parts []string
	for _, c := range slices.Sorted(maps.Keys(by)) {
		if !by[c].IsZero() {
			parts = append(parts, strings.TrimSpace(money.Grouped(by[c], c)+" "+c))
		}
	}
	return strings.Join(parts, ", ")
}

// Group is one kind of change with its figures.
type Group struct {
	Kind Kind
	Sum
	SeatsLost   int
	SeatsGained int
}

// Words says in one clause what the group would do.
func (g Group) Words() string {
	w, ok := verbs[g.Kind]
	if !ok {
		return ""
	}
	s := fmt.Sprintf("%d %s", g.Subscriptions, w)
	if n := max(g.SeatsLost, g.SeatsGained); n > 0 {
		s += fmt.Sprintf(" (%d seats", n)
		if m := Money(g.Month); m != "" {
			s += ", " + m + " a month"
		}
		s += ")"
	}
	return s
}

var verbs = map[Kind]string{
	Ended: "would end", Back: "would come back", Gone: "would be gone", SeatsLost: "would lose seats",
	Held: "would be held and no longer billed", Released: "would be released and billed",
	Status: "would change status", VendorID: "would bear another id of the vendor",
	SeatsGained: "would gain seats", Cost: "would change or lose their cost", Currency: "would change currency",
	Product: "would be another product", Term: "would change term or rhythm", Dates: "would change or lose their dates",
	Moved: "would move to another customer", NotSent: "lack a field that they had",
	Twin:       "would be held as twins of others with the same vendor's id",
	Renumbered: "bear a new id where the customer's others vanished", Name: "would be renamed",
	Tenant: "would change tenant id", Domain: "would change domain",
}

// Sentence says what all groups would do, the largest first.
func Sentence(gs []Group) string {
	gs = slices.Clone(gs)
	slices.SortFunc(gs, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Subscriptions, a.Subscriptions), cmp.Compare(a.Kind, b.Kind))
	})
	var all []string
	for _, g := range gs {
		if w := g.Words(); w != "" {
			all = append(all, w)
		}
	}
	return strings.Join(all, ", ")
}
