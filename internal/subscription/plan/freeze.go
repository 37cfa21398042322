package plan

import (
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
)

// Freeze plans that the seats stand as they count now, from a switch day on (RULES 9).
func Freeze(s Current, on clock.Date) (Plan, error) {
	switch {
	case s.State == Inactive:
		return Plan{}, errs.New(errs.Conflict,
			"This subscription has ended, so there is nothing to freeze. Nothing was changed.")
	case s.Frozen():
		return Plan{}, errs.Newf(errs.Conflict,
			"A cut-over has frozen this subscription already, from %s. Nothing was changed.", s.FrozenFrom)
	case s.Undated:
		return Plan{}, errs.Newf(errs.Conflict,
			"Its start, %q, cannot be read, so no seat of it counts yet. Say on its page when it started; "+
				"nothing was changed.", s.StartText)
	case on.IsZero():
		return Plan{}, errs.Fields{"switch_day": "Enter the first day of the new subscription."}.Err()
	}
	d := s.Draft()
	counted := s.Billable()
	d.Row.FrozenFrom, d.Row.FrozenQuantity = on, &counted
	return d.Finish(&s.Subscription), nil
}

// Unfreeze plans the way back.
func Unfreeze(s Current, today clock.Date, refund bool) (Plan, error) {
	switch {
	case !s.Frozen():
		return Plan{}, errs.New(errs.Conflict, "No cut-over has frozen this subscription. Nothing was changed.")
	case s.DeactivatedBy == ByCutover:
		return Plan{}, errs.New(errs.Conflict,
			"The cut-over has ended this subscription. Take that back first; nothing was changed.")
	}
	d := s.Draft()
	d.Row.FrozenFrom, d.Row.FrozenQuantity = clock.Date{}, nil
	d.Derive()
	switch {
	case s.State == Inactive:
	case d.Row.State == Inactive:
		d.thawEnded(today, refund)
	case d.Row.Quantity != d.seats:
		d.Enter(ledger.Change{Event: ledger.Update, EffectiveAt: today, Delta: d.Row.Quantity - d.seats, Refund: refund,
			Estimated: true, Note: thawed})
	}
	return d.Finish(&s.Subscription), nil
}

const thawed = "changed at the distributor while a cut-over had frozen it"

// thawEnded enters the end that the distributor gave it while it was frozen.
func (d *Draft) thawEnded(today clock.Date, refund bool) {
	c := ledger.Change{Event: ledger.Deactivate, Reason: ledger.ByProvider, EffectiveAt: today, Delta: -d.seats,
		Estimated: true, Refund: refund, Note: thawed}
	if d.Row.Status == distributor.StatusMissing {
		c.Reason = ledger.Gone
	}
	d.Row.DeactivatedOn = d.Enter(c)
}
