package plan

import (
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
)

// gone plans what it means that a complete listing of all accounts lacked a
// subscription: status missing, inactive, and a closing row that stays open until a
// person has looked (RULES 3). One that had already ended stays as it is.
// It is dated on the day on which it was first missed.
func gone(in Input) Plan {
	before := *in.Stored
	d := DraftOf(before, in.Account.State, in.Timeline)
	if before.Status == distributor.StatusMissing || before.State == Inactive && before.DeactivatedBy == ByProvider {
		return d.Finish(in.Stored)
	}
	d.Row.Status, d.Row.StatusText, d.Row.FactsAt = distributor.StatusMissing, "", in.Seen
	d.Derive()
	if before.Decided() || before.Frozen() {
		d.dispute(before)
		return d.Finish(in.Stored)
	}
	if before.Undated {
		d.wait(in.Today())
		return d.Finish(in.Stored)
	}
	d.Row.DeactivatedOn = d.Enter(ledger.Change{
		Event: ledger.Deactivate, Reason: ledger.Gone, EffectiveAt: in.missedOn(), Delta: -d.seats, Refund: in.Refund,
		Billing: ledger.Open,
	})
	return d.Finish(in.Stored)
}

func (in Input) missedOn() clock.Date {
	if in.Missed.IsZero() {
		return in.Today()
	}
	return in.Missed
}
