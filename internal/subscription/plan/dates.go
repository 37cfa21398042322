package plan

import (
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

// EndDate says what a connector's end date means where a record does not tell by
// itself (RULES 2); empty: nobody has set it, and the default holds.
type EndDate string

// The two readings of an end date.
const (
	EndIsLastDay  EndDate = "last_day"
	EndIsDayAfter EndDate = "day_after"
)

// DefaultEndDate is how an end date is read where neither the record nor a setting tells.
//
// Guess: the distributor's documents do not say whether the end date is the last
// day of the term; Microsoft's own commitment end dates are the last moment of it.
const DefaultEndDate = EndIsLastDay

// mostTerms is how many terms a start may lie back: it does not move at a renewal.
const mostTerms = 60

// EndMeans tells what the end date of a record means. Where start, term and end are
// known the record says it: the same day some terms later is the day after, the day
// before that the last one. Otherwise the provider's setting is taken, which is a guess.
func (f Facts) EndMeans(usual EndDate) (e EndDate, guessed bool) {
	months := termMonths(f.Term)
	for n := 1; n <= mostTerms && months > 0 && !f.Start.IsZero(); n++ {
		switch on := f.Start.AddMonths(n * months); {
		case f.End == on:
			return EndIsDayAfter, false
		case f.End == on.AddDays(-1):
			return EndIsLastDay, false
		case on.AddDays(-1).After(f.End):
			n = mostTerms
		}
	}
	if usual == "" {
		usual = DefaultEndDate
	}
	return usual, true
}

func termMonths(t distributor.Term) int {
	switch t {
	case distributor.Monthly:
		return 1
	case distributor.Quarterly:
		return 3
	case distributor.Annual:
		return 12
	case distributor.Triennial:
		return 36
	}
	return 0
}

// FirstDayWithout is the first day that its term does not cover, zero where no end is known.
func (f Facts) FirstDayWithout(usual EndDate) (on clock.Date, guessed bool) {
	if f.End.IsZero() {
		return f.End, false
	}
	e, guessed := f.EndMeans(usual)
	if e == EndIsDayAfter {
		return f.End, guessed
	}
	return f.End.AddDays(1), guessed
}

// certainEnd is the first day without seats where a person said that it ends at the
// end that was typed; zero: nothing is certain. The distributor's end date alone ends nothing.
func (f Facts) certainEnd() clock.Date {
	if f.AtEnd != distributor.AtEndEnds || f.Kind == distributor.OneTime {
		return clock.Date{}
	}
	on, _ := f.FirstDayWithout(DefaultEndDate)
	return on
}

// lapsed tells whether it has ended at the end that a person typed.
func (s Subscription) lapsed() bool {
	return !s.EndsOn.IsZero() && s.State == Inactive && s.DeactivatedBy == ByProvider &&
		s.Status == distributor.StatusExpired
}
