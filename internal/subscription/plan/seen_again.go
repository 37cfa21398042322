package plan

import (
	"fmt"

	"seatledger/internal/clock"
)

// seenAgain plans what another reading of a stored subscription means.
func seenAgain(in Input) Plan {
	before := *in.Stored
	d := DraftOf(before, in.Account.State, in.Timeline)
	d.store(in)
	d.move(in)
	d.land(in)
	if before.Undated {
		return d.stillUndated(in)
	}
	switch {
	case before.Decided() || before.Frozen():
		d.Derive()
		d.dispute(before)
	case Ends(d.Row.Status) && !d.Row.EndUnread():
		d.Derive()
		if before.State != Inactive {
			d.close(in, before)
		}
	case before.State == Inactive:
		d.Derive()
		d.reopen(in, before)
	default:
		d.Derive()
		d.compare(in, before)
	}
	return d.Finish(in.Stored)
}

// stillUndated plans a reading of one whose start was not known until now.
func (d *Draft) stillUndated(in Input) Plan {
	d.Derive()
	if d.waits() {
		d.wait(in.Today())
	} else {
		d.beginLate(in)
	}
	return d.Finish(in.Stored)
}

// store takes the facts over. What a record does not say about the term leaves the
// term that is known: a lacking field is no evidence.
func (d *Draft) store(in Input) {
	r := in.Reading
	d.Row.Facts = r.Facts
	if r.RawHash != in.Stored.RawHash {
		d.Row.Raw = string(r.Raw)
	}
	d.Row.RequestID, d.Row.FactsAt = r.RequestID, in.Seen
	if in.LogRead {
		d.Row.remember(in.Log)
	}
	if d.Row.TermStart.IsZero() || r.Start.After(d.Row.TermStart) {
		d.Row.TermStart = r.Start
	}
	if d.Row.Status != in.Stored.Status {
		d.Row.MissingConfirmedAt = nil
	}
}

// move takes a subscription to another account of the same provider. It keeps its
// ledger and loses customer and contract: somebody must say whose it is now (RULES 3).
func (d *Draft) move(in Input) {
	if in.Account.ID == in.Stored.AccountID {
		return
	}
	d.Moved = true
	d.Row.MovedFromID.UUID, d.Row.MovedFromID.Valid = in.Stored.AccountID, true
	d.Row.AccountID = in.Account.ID
	Unsettle(&d.Row)
}

// dispute notes where the distributor differs from a decision that stands. Its facts
// are stored; no row is counted (RULES 1 and 9).
func (d *Draft) dispute(before Subscription) {
	if before.Quantity != d.Row.Quantity {
		d.Conflicts = append(d.Conflicts, Conflict{ConflictQuantity, fmt.Sprintf(
			"The distributor changed the seats from %d to %d; they do not count here while the %s stands.",
			before.Quantity, d.Row.Quantity, before.decision())})
	}
	if Ends(before.Status) != Ends(d.Row.Status) {
		d.Conflicts = append(d.Conflicts, Conflict{ConflictState, fmt.Sprintf(
			"The distributor now calls it %s; here the %s stands.", d.Row.Status, before.decision())})
	}
}

func (s Subscription) decision() string {
	switch {
	case s.DeactivatedBy == ByPerson:
		return "deactivation by a person"
	case s.DeactivatedBy == ByCutover:
		return "deactivation by the cut-over"
	}
	return "freeze by the cut-over"
}

func latest(dates ...clock.Date) clock.Date {
	var last clock.Date
	for _, d := range dates {
		if d.After(last) {
			last = d
		}
	}
	return last
}
