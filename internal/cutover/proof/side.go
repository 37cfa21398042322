package proof

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
)

// side is one subscription as the proof reads it.
type side struct {
	ID         uuid.UUID
	Number     string          // the distributor's
	Since      time.Time       // the run began
	Seats      ledger.Timeline // the counted rows
	Billed     []stretch       // seats on live invoices
	Elsewhere  []stretch       // seats that another system has billed
	Prices     []priceFrom     // of a seat, in order; the last one holds on
	Through    clock.Date      // first day not billed yet
	From       clock.Date      // no day before it is billable; zero: no such limit
	Frozen     clock.Date      // no day from it on counts; zero: not frozen
	Held       bool            // held back from billing, for whatever reason
	Strayed    string          // it stands in a decision and is no longer this customer's: in words, with what to do
	Asks       bool            // held as a possible twin: a person must say what it is
	Over       bool            // it has ended, there or here
	Running    bool            // the distributor still has it running
	Refunded   bool            // its closing row gives money back for days that were billed
	Takes      bool            // with the history it took over what was not billed: it bills days of the old one
	ClosedHere []clock.Date    // days on which somebody closed it here since the run began
	Owed       ledger.Timeline // seats that went and are not credited yet
	Lost       ledger.Timeline // seats that went without a refund, less those that came back without a charge
	Adjusted   []clock.Date    // days on which the cut-over set a remaining difference right
}

// stretch is so many seats billed for the days [From, To).
type stretch struct {
	From, To clock.Date
	Seats    int
}

// priceFrom is a price and the first day it holds.
type priceFrom struct {
	From  clock.Date
	Price ledger.Amount
}

// ledgerSeats is what the counted rows come to on a day; none before the first row.
func (s *side) ledgerSeats(day clock.Date) int {
	if s == nil {
		return 0
	}
	return s.Seats.At(day)
}

// asOld is the seats of the day that count on the old side.
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

// own is the seats of the day that count on the new side as its own: none while it is
// held back, and none before its first billable day.
func (s *side) own(day clock.Date) int {
	if s == nil || s.Held || !s.From.IsZero() && day.Before(s.From) {
		return 0
	}
	return s.Seats.At(day)
}

// asNew is own. A day that was billed although it is not the new one's counts too:
// somebody has paid for it.
func (s *side) asNew(day clock.Date) int {
	if s != nil && (s.Held || !s.From.IsZero() && day.Before(s.From)) && !s.Takes {
		return s.billed(day)
	}
	return s.own(day)
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

// billed is the seats of the day on live invoices, less what was credited.
func (s *side) billed(day clock.Date) int {
	if s == nil {
		return 0
	}
	return seatsOn(s.Billed, day)
}

// paid is the seats of the day that were billed, here or elsewhere.
func (s *side) paid(day clock.Date) int {
	if s == nil {
		return 0
	}
	return s.billed(day) + seatsOn(s.Elsewhere, day)
}

// lost is the seats that are paid for on a day although they went: they are forfeited.
func (s *side) lost(day clock.Date) int { return max(0, -s.Lost.At(day)) }

func seatsOn(all []stretch, day clock.Date) int {
	n := 0
	for _, b := range all {
		if !day.Before(b.From) && day.Before(b.To) {
			n += b.Seats
		}
	}
	return n
}

// price is what a seat costs on a day. The first price that was ever set also holds before it.
func (s *side) price(day clock.Date) ledger.Amount {
	var p ledger.Amount
	if s == nil || len(s.Prices) == 0 {
		return p
	}
	p = s.Prices[0].Price
	for _, x := range s.Prices {
		if !x.From.After(day) {
			p = x.Price
		}
	}
	return p
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
	out := append(s.days(), s.Through, s.From, s.Frozen)
	for _, b := range slices.Concat(s.Billed, s.Elsewhere) {
		out = append(out, b.From, b.To)
	}
	for _, p := range s.Prices {
		out = append(out, p.From)
	}
	return append(out, s.Adjusted...)
}

func byDay(a, b clock.Date) int { return b.DaysUntil(a) }
