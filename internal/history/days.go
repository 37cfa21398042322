package history

import (
	"slices"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
)

// Span is days on which nothing differs: seats, price and what they were charged.
type Span struct {
	contract.Period
	Seats
	Own    bool // the contract's own days; else only lines of it stand there
	Price  Row
	Priced bool
	Lines  []Line // that stand on these days
}

// Days are the days under a contract up to one, cut where anything differs and on
// further days given. Days on which neither seats nor lines stand are left out.
func (h History) Days(contractID uuid.UUID, to clock.Date, further ...clock.Date) []Span {
	var out []Span
	for _, p := range Cut(contract.Period{From: h.earliest(), To: to}, append(h.breaks(contractID), further...)) {
		s := Span{Period: p, Seats: h.seatsOn(contractID, p.From), Own: h.Owns(contractID, p.From)}
		for _, l := range h.Lines {
			if l.Standing && l.Contract == contractID && l.Period.Has(p.From) {
				s.Lines = append(s.Lines, l)
			}
		}
		if s.Seats == (Seats{}) && len(s.Lines) == 0 {
			continue
		}
		s.Price, s.Priced = h.PriceOn(p.From)
		out = append(out, s)
	}
	return out
}

// earliest is a day before which there is nothing.
func (h History) earliest() clock.Date {
	first := h.Begins()
	for _, l := range h.Lines {
		if first.IsZero() || l.Period.From.Before(first) {
			first = l.Period.From
		}
	}
	for _, x := range h.Extras {
		if first.IsZero() || x.Period.From.Before(first) {
			first = x.Period.From
		}
	}
	return first
}

// breaks are the days on which anything may differ.
func (h History) breaks(contractID uuid.UUID) []clock.Date {
	k := h.Terms[contractID]
	days := []clock.Date{h.FirstDay(), h.Limit, h.Ends.On, k.Start, k.BillFrom, k.End.On}
	for _, r := range h.Rows {
		days = append(days, r.On, r.Elsewhere)
	}
	for _, l := range h.Lines {
		days = append(days, l.Period.From, l.Period.To)
	}
	for _, x := range h.Extras {
		days = append(days, x.Period.From, x.Period.To)
	}
	for _, s := range h.Stays {
		days = append(days, s.On)
	}
	for _, p := range h.Products {
		days = append(days, p.On)
	}
	return days
}

// Cut divides a period at days, which may lie outside of it and repeat.
func Cut(p contract.Period, days []clock.Date) []contract.Period {
	days = slices.Clone(days)
	slices.SortFunc(days, func(a, b clock.Date) int { return b.DaysUntil(a) })
	var out []contract.Period
	for _, d := range days {
		if d.After(p.From) && d.Before(p.To) {
			out = append(out, contract.Period{From: p.From, To: d})
			p.From = d
		}
	}
	if !p.Empty() {
		out = append(out, p)
	}
	return out
}

// InCycle tells whether a cycle line stands on the days.
func (s Span) InCycle() bool {
	return slices.ContainsFunc(s.Lines, func(l Line) bool { return l.Kind == Cycle })
}

// Ledger are the days up to one as the ledger has them, whosever they are and whatever was charged.
func (h History) Ledger(to clock.Date) []Span {
	var out []Span
	for _, p := range Cut(contract.Period{From: h.earliest(), To: to}, h.breaks(uuid.Nil)) {
		s := Span{Period: p}
		var r replay
		steps := append(h.rowsOn(p.From), h.extrasOn(p.From)...)
		slices.SortStableFunc(steps, func(a, b step) int { return a.place.Compare(b.place) })
		for _, step := range steps {
			s.Counted += step.delta
			s.Outside += step.outside
			r.take(step)
		}
		s.Extra = r.Extra
		if !h.Ends.On.IsZero() && !p.From.Before(h.Ends.On) {
			s.Counted = 0
		}
		out = append(out, s)
	}
	return out
}
