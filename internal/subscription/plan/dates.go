package plan

import "seatledger/internal/clock"

// EndDate says what a connector's end date means (RULES 2).
type EndDate string

// The two readings of an end date.
const (
	EndIsLastDay  EndDate = "last_day"
	EndIsDayAfter EndDate = "day_after"
)

// DefaultEndDate is how an end date is read where nobody has said otherwise.
//
// Guess: the distributor's documents do not say whether the end date is the last
// day of the term; Microsoft's own commitment end dates are the last moment of it.
const DefaultEndDate = EndIsLastDay

// FirstDayWithout is the first day that a term with this end date does not cover.
func (e EndDate) FirstDayWithout(end clock.Date) clock.Date {
	if end.IsZero() || e == EndIsDayAfter {
		return end
	}
	return end.AddDays(1)
}
