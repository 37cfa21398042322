package proof

import (
	"slices"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
)

// side is one subscription as the proof reads it.
type side struct {
	ID     uuid.UUID
	Number string          // the distributor's
	Seats  ledger.Timeline // the counted rows, whosever the days are
	Own    []stretch       // seats that count on its own days
	// seats on standing lines; of a new one also those that were its old twin's
	Billed    []stretch
	Moved     []stretch                      // of them, those that were billed on the old twin
	Elsewhere []stretch                      // seats that another system has billed
	Forfeited []stretch                      // seats that are paid, and left without refund
	Most      func(clock.Date) int           // the most seats that ever counted for a day; nil: what counts
	Price     func(clock.Date) ledger.Amount // of a seat on a day; nil: none
	From      clock.Date                     // no day before it is billable; zero: no such limit
	Frozen    clock.Date                     // no day from it on counts; zero: not frozen
	Held      bool                           // held back from billing, for whatever reason
	// it stands in a decision and is no longer this customer's: in words, with what to do
	Strayed    string
	Asks       bool         // held as a possible twin: a person must say what it is
	Over       bool         // it has ended, there or here
	Running    bool         // the distributor still has it running
	ClosedHere []clock.Date // days on which somebody closed it here since the run began
	Adjusted   []clock.Date // days on which the cut-over set a remaining difference right
}

// stretch is so many seats for the days [From, To).
type stretch struct {
	From, To clock.Date
	Seats    int
}

func seatsOn(all []stretch, day clock.Date) int {
	n := 0
	for _, b := range all {
		if !day.Before(b.From) && day.Before(b.To) {
			n += b.Seats
		}
	}
	return n
}

// ledgerSeats is what the counted rows come to on a day; none before the first row.
func (s *side) ledgerSeats(day clock.Date) int {
	if s == nil {
		return 0
	}
	return s.Seats.At(day)
}

// asOld is the seats of the day that the old side has.
func (s *side) asOld(day clock.Date) int {
	if s == nil || !s.Frozen.IsZero() && !day.Before(s.Frozen) {
		return 0
	}
	return s.Seats.At(day)
}

// known is asOld, but before its ledger begins as many as on its first day: a provider
// that gives no dates has its rows dated when they were first seen, and nothing is new.
func (s *side) known(day clock.Date) int {
	if s != nil {
		if first, ok := s.first(); ok && day.Before(first) {
			return s.Seats.At(first)
		}
	}
	return s.asOld(day)
}

// counted is the seats that count on the day as its own: none while it is held back.
// What is another customer's by now counts for nobody here.
func (s *side) counted(day clock.Date) int {
	if s == nil || s.Held || s.Strayed != "" {
		return 0
	}
	return seatsOn(s.Own, day)
}

// asNew is the seats of the day that the new side has. A day that was billed although
// it is not the new one's counts too: somebody has paid for it.
func (s *side) asNew(day clock.Date) int {
	if s == nil {
		return 0
	}
	if s.Held || !s.From.IsZero() && day.Before(s.From) {
		return s.billed(day)
	}
	return s.Seats.At(day)
}

// promised is the seats of the day that will count once nothing holds it back. Its
// own history may begin after the switch day; its first seats stand in until the
// old one's history is reassigned.
func (s *side) promised(day clock.Date) int {
	if s == nil {
		return 0
	}
	if first, ok := s.first(); ok && day.Before(first) {
		day = first
	}
	return s.Seats.At(day)
}

// billed is the seats of the day on standing lines.
func (s *side) billed(day clock.Date) int {
	if s == nil {
		return 0
	}
	return seatsOn(s.Billed, day)
}

// overpaid tells whether a day is billed twice for seats that were billed once on the
// old one: for more than ever counted on it.
func (s *side) overpaid(day clock.Date) bool {
	if s == nil || seatsOn(s.Moved, day) <= 0 || s.billed(day) <= seatsOn(s.Moved, day) {
		return false
	}
	most := s.Seats.At(day)
	if s.Most != nil {
		most = max(most, s.Most(day))
	}
	return s.billed(day) > most+seatsOn(s.Forfeited, day)
}

// forfeited is the seats that are paid for the day and that nobody holds.
func (s *side) forfeited(day clock.Date) int {
	if s == nil {
		return 0
	}
	return seatsOn(s.Forfeited, day)
}

// price is what a seat costs on a day.
func (s *side) price(day clock.Date) ledger.Amount {
	if s == nil || s.Price == nil {
		return ledger.Amount{}
	}
	return s.Price(day)
}

// first is the first day with seats.
func (s *side) first() (clock.Date, bool) {
	for _, day := range s.days() {
		if s.Seats.At(day) > 0 {
			return day, true
		}
	}
	return clock.Date{}, false
}

// days are the days on which the counted seats change, in order.
func (s *side) days() []clock.Date {
	out := make([]clock.Date, len(s.Seats))
	for i, p := range s.Seats {
		out[i] = p.On
	}
	slices.SortFunc(out, byDay)
	return slices.Compact(out)
}

// empty gives the row of days without seats that a day lies in: since when, and
// until when; a zero end means for good.
func (s *side) empty(day clock.Date) (since, until clock.Date) {
	for _, d := range s.days() {
		n := s.Seats.At(d)
		switch {
		case d.After(day) && n > 0:
			return since, d
		case d.After(day):
		case n > 0:
			since = clock.Date{}
		case since.IsZero():
			since = d
		}
	}
	return since, clock.Date{}
}

// closedHere tells whether somebody closed it here on the day since which it has no seats.
func (s *side) closedHere(day clock.Date) bool {
	if s == nil {
		return false
	}
	since, _ := s.empty(day)
	return !since.IsZero() && slices.Contains(s.ClosedHere, since)
}

// breaks are the days on which anything of it changes.
func (s *side) breaks() []clock.Date {
	if s == nil {
		return nil
	}
	out := append(s.days(), s.From, s.Frozen)
	for _, b := range slices.Concat(s.Own, s.Billed, s.Elsewhere, s.Forfeited) {
		out = append(out, b.From, b.To)
	}
	return append(out, s.Adjusted...)
}

func byDay(a, b clock.Date) int { return b.DaysUntil(a) }
