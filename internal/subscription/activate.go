package subscription

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/subscription/plan"
)

// Activate takes a deactivation back that was decided here, and writes one row up to
// the current quantity (RULES 1). errs.Conflict if nothing of the kind stands, or if
// the distributor has ended the subscription meanwhile: of a frozen one that does not count.
func Activate(ctx context.Context, tx *gorm.DB, a Act, r Return) (Subscription, error) {
	return act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		return plan.TakeBack(s, r)
	})
}
