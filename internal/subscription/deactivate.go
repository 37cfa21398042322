package subscription

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/subscription/plan"
)

// Deactivate ends a subscription and writes the closing row (RULES 1, 3 and 8).
// errs.Conflict if it has ended already, errs.Invalid for a day that the ledger cannot bear.
func Deactivate(ctx context.Context, tx *gorm.DB, a Act, e Ending) (Subscription, error) {
	return act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) { return plan.End(s, e) })
}
