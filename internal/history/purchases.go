package history

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/ledger"
)

// Purchases are the days of a one-time product up to one (RULES 4): each day's joins
// are charged once, a refund takes the latest first, and what the distributor ends is
// no return: seats that left without refund come back first without being charged. What
// counts of a day are its joins, less what a person gave back of them with refund.
func (h History) Purchases(contractID uuid.UUID, to clock.Date) []Span {
	var out []Span
	left := 0
	for _, r := range h.byEffect(to) {
		switch {
		case r.Delta > 0:
			back := min(left, r.Delta)
			left -= back
			s := daySpan(r.On, h.Owns(contractID, r.On) && len(h.endedBy(contractID, r.On)) == 0)
			s.Counted = r.Delta - back
			out = append(out, s)
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

func giveBack(bought []Span, seats int) {
	for i := len(bought) - 1; i >= 0 && seats > 0; i-- {
		n := min(seats, bought[i].Counted)
		bought[i].Counted, seats = bought[i].Counted-n, seats-n
	}
}

func daySpan(day clock.Date, own bool) Span {
	return Span{Period: contract.Period{From: day, To: day.AddDays(1)}, Own: own}
}

// paidPurchases joins the purchases of each day, sets those of other days aside, and beside each what was paid.
func (h History) paidPurchases(contractID uuid.UUID, bought []Span) []Span {
	var out []Span
	on := func(day clock.Date) *Span {
		i := slices.IndexFunc(out, func(s Span) bool { return s.From == day })
		if i < 0 {
			i = len(out)
			out = append(out, daySpan(day, h.Owns(contractID, day)))
		}
		return &out[i]
	}
	for _, s := range bought {
		if s.Own {
			on(s.From).Counted += s.Counted
		}
	}
	for _, l := range h.Lines {
		if l.Standing && l.Contract == contractID {
			s := on(l.Period.From)
			s.Lines = append(s.Lines, l)
			if l.Kind == Once {
				s.Paid += l.Seats
			}
		}
	}
	slices.SortFunc(out, func(a, b Span) int { return b.From.DaysUntil(a.From) })
	for i, s := range out {
		out[i].Price, out[i].Priced = h.PriceOn(s.From)
	}
	return out
}
