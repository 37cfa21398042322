package subscription

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
)

// Freeze lets the seats of an old twin stand as they count now: from then its sync
// stores facts but counts no row, and it is billed up to the switch day (RULES 9).
// errs.Conflict if it has ended or is frozen already.
func Freeze(ctx context.Context, tx *gorm.DB, a Act, on clock.Date) (Subscription, error) {
	return handOver(ctx, tx, a, func(s standing) (Plan, error) { return planFreeze(s, on) })
}

func planFreeze(s standing, on clock.Date) (Plan, error) {
	switch {
	case s.State == Inactive:
		return Plan{}, errs.New(errs.Conflict, "This subscription has ended, so there is nothing to freeze. Nothing was changed.")
	case s.Frozen():
		return Plan{}, errs.Newf(errs.Conflict, "A cut-over has frozen this subscription already, from %s. Nothing was changed.", s.FrozenFrom)
	case on.IsZero():
		return Plan{}, errs.Fields{"switch_day": "Enter the first day of the new subscription."}.Err()
	}
	d := s.draft()
	counted := s.Billable()
	d.Row.FrozenFrom, d.Row.FrozenQuantity = on, &counted
	return d.finish(&s.Subscription), nil
}

// Unfreeze takes that back. What the distributor changed meanwhile becomes a counted
// row of the day of the act, estimated: nobody knows better since when. errs.Conflict
// if it is not frozen, or ended by the cut-over: that is to be taken back first.
func Unfreeze(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	return handOver(ctx, tx, a, func(s standing) (Plan, error) {
		born, err := refunds(ctx, tx, contractsOf(s.Subscription))
		if err != nil {
			return Plan{}, err
		}
		refund := ledger.Open
		if state, known := born[s.ContractID.UUID]; known {
			refund = state
		}
		return planUnfreeze(s, a.Today(), refund)
	})
}

func planUnfreeze(s standing, today clock.Date, refund ledger.BillingState) (Plan, error) {
	switch {
	case !s.Frozen():
		return Plan{}, errs.New(errs.Conflict, "No cut-over has frozen this subscription. Nothing was changed.")
	case s.DeactivatedBy == ByCutover:
		return Plan{}, errs.New(errs.Conflict, "The cut-over has ended this subscription. Take that back first; nothing was changed.")
	}
	d := s.draft()
	d.Row.FrozenFrom, d.Row.FrozenQuantity = clock.Date{}, nil
	d.derive()
	switch {
	case s.State == Inactive:
	case d.Row.State == Inactive:
		d.thawEnded(today, refund)
	case d.Row.Quantity != d.seats:
		c := ledger.Change{Event: ledger.Update, EffectiveAt: today, Delta: d.Row.Quantity - d.seats, Estimated: true, Note: thawed}
		if c.Delta < 0 {
			c.Billing = refund
		}
		d.enter(c)
	}
	return d.finish(&s.Subscription), nil
}

const thawed = "changed at the distributor while a cut-over had frozen it"

// thawEnded enters the end that the distributor gave it while it was frozen.
func (d *draft) thawEnded(today clock.Date, refund ledger.BillingState) {
	c := ledger.Change{Event: ledger.Deactivate, Reason: ledger.ByProvider, EffectiveAt: today, Delta: -d.seats, Estimated: true, Billing: refund, Note: thawed}
	if d.Row.Status == distributor.StatusMissing {
		c.Reason, c.Billing = ledger.Gone, ledger.Open
	}
	d.Row.DeactivatedOn = d.enter(c)
}

// handOver is act for what a cut-over keeps on the row beside people's side.
func handOver(ctx context.Context, tx *gorm.DB, a Act, decide func(standing) (Plan, error)) (Subscription, error) {
	var was Subscription
	now, err := act(ctx, tx, a, func(s standing) (Plan, error) {
		was = s.Subscription
		return decide(s)
	})
	if err != nil || now.Same(was) {
		return now, err
	}
	err = tx.WithContext(ctx).Exec(`UPDATE subscriptions SET frozen_from = ?, frozen_quantity = ?, billable_from = ?, billed_through = ? WHERE id = ?`,
		now.FrozenFrom, now.FrozenQuantity, now.BillableFrom, now.BilledThrough, now.ID).Error
	if err != nil {
		return now, fmt.Errorf("hand over subscription %s: %w", now.ID, err)
	}
	return now, nil
}
