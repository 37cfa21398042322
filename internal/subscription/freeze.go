package subscription

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/subscription/plan"
)

// Freeze lets the seats of an old twin stand as they count now: from then its sync
// stores facts but counts no row, and it is billed up to the switch day (RULES 9).
// errs.Conflict if it has ended or is frozen already.
func Freeze(ctx context.Context, tx *gorm.DB, a Act, on clock.Date) (Subscription, error) {
	return handOver(ctx, tx, a, func(s plan.Current) (plan.Plan, error) { return plan.Freeze(s, on) })
}

// Unfreeze takes that back. What the distributor changed meanwhile becomes a counted
// row of the day of the act, estimated: nobody knows better since when. errs.Conflict
// if it is not frozen, or ended by the cut-over: that is to be taken back first.
func Unfreeze(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	return handOver(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		given, err := refundsOf(ctx, tx, contractsOf(s.Subscription))
		if err != nil {
			return plan.Plan{}, err
		}
		return plan.Unfreeze(s, a.Today(), given.of(s.ContractID))
	})
}

// handOver is act for what a cut-over keeps on the row beside people's side.
func handOver(ctx context.Context, tx *gorm.DB, a Act,
	decide func(plan.Current) (plan.Plan, error)) (Subscription, error) {
	var was Subscription
	now, err := act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		was = s.Subscription
		return decide(s)
	})
	if err != nil || now.Same(was) {
		return now, err
	}
	err = tx.WithContext(ctx).Exec(`UPDATE subscriptions
		SET frozen_from = ?, frozen_quantity = ?, billable_from = ?, billed_through = ? WHERE id = ?`,
		now.FrozenFrom, now.FrozenQuantity, now.BillableFrom, now.BilledThrough, now.ID).Error
	if err != nil {
		return now, fmt.Errorf("hand over subscription %s: %w", now.ID, err)
	}
	return firstDayMoved(ctx, tx, a)
}

// firstDayMoved stores for lists the price of a subscription whose first billable day is another now (RULES 5).
func firstDayMoved(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	if err := CopyPrices(ctx, tx, []uuid.UUID{a.ID}, a.Today()); err != nil {
		return Subscription{}, err
	}
	return Get(ctx, tx, a.ID)
}
