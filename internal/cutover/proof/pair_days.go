package proof

import (
	"seatledger/internal/clock"
	"seatledger/internal/cutover/pairing"
)

// pairDays is a pair, or one subscription without a partner.
type pairDays struct {
	Crosses  bool         // the old one is of another product
	Kind     pairing.Kind // what was decided; empty: nothing yet
	Old, New *side
	Switch   boundary

	Confirmed bool // and what confirming carries over has been carried
}

// boundary is the day that divides old from new. It is fixed once a switch day is set;
// until then it is today, and only tells where decisions begin to be missing.
type boundary struct {
	Day   clock.Date
	Fixed bool
}

// finding is one day of a pairDays.
type finding struct {
	before, after int
	verdict       Verdict
	why           string
}

// judge says how a day is covered. What was billed twice is told whatever was decided.
func (p pairDays) judge(day clock.Date) finding {
	f := finding{before: p.Old.asOld(day), after: p.New.asNew(day), verdict: OK}
	switch {
	case p.New.overpaid(day):
		f.say(Double, "Both sides have billed these days, for more seats than there were: "+
			"void or credit the invoice of one.")
	case p.broken() != "":
		if !day.Before(p.Switch.Day) {
			f.say(Undecided, p.broken())
		}
	case p.Kind == "":
		p.judgeUntied(day, &f)
	case p.Kind == pairing.Twin && day.Before(p.Switch.Day):
		p.judgeTwinBefore(day, &f)
	case p.Kind == pairing.Twin:
		p.judgeTwinAfter(day, &f)
	case p.Kind == pairing.Ended:
		p.judgeEnded(day, &f)
	case p.New.Held && p.New.ledgerSeats(day) > 0:
		f.say(Waiting, "The new subscription is held back until this customer is confirmed.")
	}
	return f
}

// broken says why a decision cannot be judged: a side of it is no longer the customer's,
// or has no seat-days. Empty where all that it needs is there.
func (p pairDays) broken() string {
	for _, s := range p.sides() {
		if s.Strayed != "" {
			return s.Strayed
		}
	}
	if p.Old == nil && (p.Kind == pairing.Twin || p.Kind == pairing.Ended) || p.New == nil &&
		(p.Kind == pairing.Twin || p.Kind == pairing.New) {
		return "The other one of this pair is a purchase or usage, which has no seats by the day. " +
			"Take the decision back, and decide again."
	}
	return ""
}

func (f *finding) say(v Verdict, why string) { f.verdict, f.why = v, why }

func (p pairDays) judgeUntied(day clock.Date, f *finding) {
	if p.Old.closedHere(day) && p.Old.Running {
		f.say(Undecided, "The old one was ended here since the run began, and nobody has said what it went on as.")
	}
	if day.Before(p.Switch.Day) {
		return
	}
	if f.before > 0 && !p.Old.Over {
		f.say(Undecided, "Nobody has said yet what becomes of the old subscription.")
	}
	if p.New != nil && p.New.Asks && p.New.ledgerSeats(day) > 0 {
		f.say(Undecided, "Nobody has said yet whether the new subscription goes on with an old one.")
	}
}

// judgeTwinBefore: a day before the switch is the old one's.
func (p pairDays) judgeTwinBefore(day clock.Date, f *finding) {
	if f.before > 0 || f.after > 0 {
		return
	}
	since, until := p.Old.empty(day)
	trailing := until.IsZero() || !until.Before(p.Switch.Day)
	if since.IsZero() || !(trailing && p.Switch.Fixed || p.Old.closedHere(day)) {
		return
	}
	f.say(Gap, "The old one had ended, and the new one does not count yet. "+
		"Activate the old one again, or set the switch day to the day on which it ended.")
}

// judgeTwinAfter: a day from the switch on is the new one's.
func (p pairDays) judgeTwinAfter(day clock.Date, f *finding) {
	switch {
	case f.before > 0 && p.Old.Over && p.New.promised(day) > 0:
		f.say(Double, "The old one was ended here after the switch day, so its days and the new one's meet.")
	case f.before > 0:
		f.say(Waiting, "The old subscription still counts: this customer is not confirmed.")
	case p.New.Held && p.New.promised(day) > 0:
		f.say(Waiting, "The new subscription is held back until the old one is retired.")
	case p.nobody(day):
		f.say(Gap, "The old one's days are over and the new one does not count. Activate the new one, or decide again.")
	}
}

// nobody: the new one has not begun, or was closed here while the distributor has
// it running. An end that the distributor reports is an end.
func (p pairDays) nobody(day clock.Date) bool {
	if p.New.asNew(day) > 0 || !p.Old.everBefore(p.Switch.Day) {
		return false
	}
	if p.New.closedHere(day) {
		return true
	}
	for _, d := range append(p.New.breaks(), p.Switch.Day) {
		if !d.Before(p.Switch.Day) && !d.After(day) && p.New.asNew(d) > 0 {
			return false
		}
	}
	return true
}

func (s *side) everBefore(day clock.Date) bool {
	for _, d := range s.days() {
		if d.Before(day) && s.Seats.At(d) > 0 {
			return true
		}
	}
	return false
}

func (p pairDays) judgeEnded(day clock.Date, f *finding) {
	switch {
	case day.Before(p.Switch.Day) && f.before == 0 && p.Switch.Fixed && p.Old.closedHere(day):
		f.say(Gap, "The old one was ended here before the switch day. "+
			"Activate it again, or set the switch day to that day.")
	case !day.Before(p.Switch.Day) && f.before > 0 && !p.Old.Over:
		f.say(Waiting, "The old subscription still counts: this customer is not confirmed.")
	}
}

// intended is the seats of a day once every decision is carried out: what changes of
// quantity are told by.
func (p pairDays) intended(day clock.Date) int {
	old := day.Before(p.Switch.Day)
	switch {
	case p.broken() != "" && old, p.Kind == pairing.Twin && old, p.Kind == pairing.Ended && old:
		return p.Old.known(day)
	case p.broken() != "":
		return p.New.promised(day)
	case p.Kind == pairing.Ended && p.Old.Over, p.Kind == "" && p.Old != nil:
		return p.Old.asOld(day)
	case p.Kind == pairing.Twin:
		return p.New.promised(day)
	case p.Kind == pairing.Ended, p.Kind == "" && p.New.Asks:
		return 0
	case !p.New.From.IsZero() && day.Before(p.New.From):
		return 0
	}
	return p.New.ledgerSeats(day)
}
