package subscription

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/subscription/plan"
)

// HoldBack turns a new twin's hold into the cut-over's: it waits for its switch day,
// from which it will be billed (RULES 9). No ledger row is written.
func HoldBack(ctx context.Context, tx *gorm.DB, a Act, from clock.Date) (Subscription, error) {
	return handOver(ctx, tx, a, func(s plan.Current) (plan.Plan, error) { return plan.HoldBack(s, from) })
}

// GiveBack takes HoldBack back: the new one waits for a person as a twin again, or
// goes on unheld where was says that it did. What a person has set meanwhile stays:
// the contract goes back only where it is still what the cut-over carried over. A price
// that the cut-over brought is taken back by SetPriceAside.
func GiveBack(ctx context.Context, tx *gorm.DB, a Act, was, carried Local) (Subscription, error) {
	return handOver(ctx, tx, a, func(s plan.Current) (plan.Plan, error) { return plan.GiveBack(s, was, carried) })
}
