package history

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
)

// Purchase is what joined on one day of a one-time product, less what a person gave back with refund.
type Purchase struct {
	On     clock.Date
	Seats  int
	Paid   int
	Own    bool
	Price  Row
	Priced bool
	Lines  []Line
}

// Purchases are the days of a one-time product up to one (RULES 4): each day's joins
// are charged once, a refund takes the latest first, and what the distributor ends is
// no return: seats that left without refund come back first without being charged.
func (h History) Purchases(contractID uuid.UUID, to clock.Date) []Purchase {
	var out []Purchase
	left := 0
	for _, r := range h.byEffect(to) {
		switch {
		case r.Delta > 0:
			back := min(left, r.Delta)
			left -= back
			out = append(out, Purchase{On: r.On, Seats: r.Delta - back, Own: h.Owns(contractID, r.On) &&
				len(h.endedBy(contractID, r.On)) == 0})
		case r.Refund && r.Source != ledger.FromSync:
			giveBack(out, -r.Delta)
		default:
			left -= r.Delta
		}
	}
	return h.paidPurchases(contractID, out)
}

func (h History) byEffect(to clock.Date) []Row {
	rows := slices.DeleteFunc(slices.Clone(h.Rows), func(r Row) bool {
		return r.Delta == 0 || !r.On.Before(to) || r.On.Before(r.Elsewhere)
	})
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Or(b.On.DaysUntil(a.On), a.Place.Compare(b.Place)) })
	return rows
}

func giveBack(bought []Purchase, seats int) {
	for i := len(bought) - 1; i >= 0 && seats > 0; i-- {
		n := min(seats, bought[i].Seats)
		bought[i].Seats, seats = bought[i].Seats-n, seats-n
	}
}

// paidPurchases joins the purchases of each day, sets those of other days aside, and beside each what was paid.
func (h History) paidPurchases(contractID uuid.UUID, bought []Purchase) []Purchase {
	byDay := map[clock.Date]*Purchase{}
	var days []clock.Date
	on := func(day clock.Date) *Purchase {
		if byDay[day] == nil {
			byDay[day] = &Purchase{On: day, Own: h.Owns(contractID, day)}
			days = append(days, day)
		}
		return byDay[day]
	}
	for _, p := range bought {
		if p.Own {
			on(p.On).Seats += p.Seats
		}
	}
	for _, l := range h.Lines {
		if l.Standing && l.Contract == contractID {
			p := on(l.Period.From)
			p.Lines = append(p.Lines, l)
			if l.Kind == Once {
				p.Paid += l.Seats
			}
		}
	}
	slices.SortFunc(days, func(a, b clock.Date) int { return b.DaysUntil(a) })
	out := make([]Purchase, len(days))
	for i, day := range days {
		out[i] = *byDay[day]
		out[i].Price, out[i].Priced = h.PriceOn(day)
	}
	return out
}
