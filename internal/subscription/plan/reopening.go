package plan

import (
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
)

// reopen enters the return of a subscription that the provider had ended or that was
// gone. One that was gone and has the same start never really ended: it goes on from
// the day of the gone row, so no day is lost, and what changed meanwhile is compared
// as ever. Any other begins again at its new start (RULES 3).
func (d *Draft) reopen(in Input, before Subscription) {
	wasGone := before.Status == distributor.StatusMissing
	newStart := !before.Start.IsZero() && !in.Reading.Start.IsZero() && before.Start != in.Reading.Start
	if before.lapsed() && !newStart { // a person typed another end: it never really ended on the first
		d.Enter(ledger.Change{Event: ledger.Activate, Reason: ledger.ByProvider, EffectiveAt: before.DeactivatedOn,
			Delta: before.Quantity})
		d.compare(in, before)
		return
	}
	if wasGone && !newStart {
		d.Enter(ledger.Change{Event: ledger.Activate, Reason: ledger.Back, EffectiveAt: before.DeactivatedOn,
			Delta: before.Quantity})
		d.compare(in, before)
		return
	}
	on, estimated := in.Today(), true
	if newStart {
		on, estimated = in.Reading.Start, false
	}
	c := ledger.Change{Event: ledger.Activate, Reason: ledger.ByProvider,
		EffectiveAt: notBefore(on, before.DeactivatedOn), Estimated: estimated, Delta: d.Row.Billable() - d.seats}
	if wasGone {
		c.Reason = ledger.Back
	}
	if newStart {
		c.Details = ledger.Details{"term": ledger.Was{Before: termWords(before.Facts), After: termWords(d.Row.Facts)}}
	}
	d.Enter(c)
}

// notBefore is the later day: seats that come back before they end would count twice.
func notBefore(on, end clock.Date) clock.Date { return latest(on, end) }
