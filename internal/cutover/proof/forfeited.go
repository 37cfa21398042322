package proof

import (
	"seatledger/internal/clock"
	"seatledger/internal/cutover/pairing"
)

// forfeits is the seats of a day that somebody has paid for and nobody held, less what
// is still to be given back (RULES 8). Days past the switch that the old one was billed
// for and the new one holds are billed and held; what was billed twice is a double.
func (p pairDays) forfeits(day clock.Date, f finding) int {
	if f.verdict == Double {
		return 0
	}
	paid := p.Old.paid(day) + p.New.billed(day)
	if p.Old == nil {
		paid = p.New.paid(day)
	}
	return max(0, paid-p.holds(day)-p.Old.owed(day)-p.New.owed(day))
}

// holds is the seats that the customer has on a day, on the side that the day belongs to.
func (p pairDays) holds(day clock.Date) int {
	switch {
	case p.Old == nil:
		return p.New.ledgerSeats(day)
	case p.Kind != pairing.Twin || day.Before(p.Switch.Day):
		return p.Old.asOld(day)
	case !p.Old.Over && p.Old.Frozen.IsZero():
		return max(p.Old.asOld(day), p.New.promised(day))
	}
	return p.New.promised(day)
}

// owed is the seats of a day that were closed and are still to be given back.
func (s *side) owed(day clock.Date) int {
	if s == nil {
		return 0
	}
	return -s.Owed.At(day)
}
