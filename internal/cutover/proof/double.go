package proof

import (
	"fmt"
	"strings"

	"seatledger/internal/clock"
	"seatledger/internal/cutover/pairing"
)

// A customer's day of a product is double when both sides count it or have billed it,
// over all subscriptions of both providers, whatever was decided about them (RULES 9). A
// new one that takes the place of an old one of the same product from the switch day on is no
// second side of the old ones beside that one: each seat has its place once.

// doubled tells of the day's subscriptions that stand on both sides, counted or billed.
func (l productDays) doubled(day clock.Date) (Verdict, string) {
	for _, measure := range []struct {
		of   func(pairDays, clock.Date) Both
		says string
	}{
		{pairDays.billed, "Both sides have billed these days: %s. Void or credit the invoice of one."},
		{pairDays.counted, "Both sides count these days: %s. Take the steps back, and pair what is one subscription, " +
			"or let the new one be billed from the switch day."},
	} {
		var old, fresh []string
		twice := false
		for _, p := range l.Pairs {
			b := measure.of(p, day)
			takesOver := p.succeeds(day)
			if b.Before > 0 && !(takesOver && p.Crosses) {
				old = append(old, p.Old.named(b.Before))
			}
			if b.After > 0 && (!takesOver || p.Crosses) {
				fresh = append(fresh, p.New.named(b.After))
			}
			if b.twice() && takesOver {
				twice = true
				fresh = append(fresh, p.New.named(b.After))
			}
		}
		for _, p := range l.Across {
			if b := measure.of(p, day); b.Before > 0 {
				old = append(old, p.Old.named(b.Before))
			}
		}
		if twice || len(old) > 0 && len(fresh) > 0 {
			return Double, fmt.Sprintf(measure.says, strings.Join(old, ", ")+" and "+strings.Join(fresh, ", "))
		}
	}
	return OK, ""
}

// bothReal notes which days on both sides a person has said to be real, row by row of
// days with the same seats.
func (l productDays) bothReal(segments []Segment) {
	for i := range segments {
		s := &segments[i]
		if s.Verdict != Double {
			continue
		}
		s.Double = fingerprint(string(BothReal), s.From.String(), s.Why)
		if before := i - 1; before >= 0 && segments[before].Double != "" && segments[before].says == s.Why {
			s.Double = segments[before].Double
		}
		s.says = s.Why
		if a := l.acknowledged(BothReal, s.Double); a != nil {
			s.Verdict, s.Why = Acknowledged,
				fmt.Sprintf("%s %s says that both are real: %s", s.Why, a.AcknowledgedBy, a.Note)
		}
	}
}

// succeeds: the day is the new one's, in place of the old one.
func (p pairDays) succeeds(day clock.Date) bool {
	return p.Kind == pairing.Twin && p.Old != nil && p.broken() == "" && !day.Before(p.Switch.Day)
}

// counted is the seats of the day that each side counts as its own.
func (p pairDays) counted(day clock.Date) Both { return Both{p.Old.counted(day), p.New.counted(day)} }

// billed is the seats of the day on standing lines. From the switch day on, what was
// billed on the old one stands on the new one (RULES 9).
func (p pairDays) billed(day clock.Date) Both { return Both{p.Old.billed(day), p.New.billed(day)} }

// named is a side with its seats, as a person looks for it.
func (s *side) named(seats int) string {
	if seats == 1 {
		return s.Number + " (1 seat)"
	}
	return fmt.Sprintf("%s (%d seats)", s.Number, seats)
}
