package subscription

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/subscription/plan"
)

// SetHistory notes it, and derives the state anew. A twin that a person has declared
// to be none is not held as one.
func SetHistory(ctx context.Context, tx *gorm.DB, a Act, h History) (Subscription, error) {
	s, err := act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		d := s.Draft()
		d.Row.TwinHold, d.Row.CutoverHold = h.TwinHold && !s.NoTwin, h.CutoverHold
		d.Derive()
		return d.Finish(&s.Subscription), nil
	})
	if err != nil {
		return s, err
	}
	err = tx.WithContext(ctx).Exec(`UPDATE subscriptions SET billable_from = ?, billed_through = ?, history_since = ?
		WHERE id = ?`,
		h.BillableFrom, h.BilledThrough, h.Since, a.ID).Error
	if err != nil {
		return s, fmt.Errorf("note history of %s: %w", a.ID, err)
	}
	return firstDayMoved(ctx, tx, a)
}

// LockBoth locks two subscriptions in the order of their ids, so that two people who
// want the same two cannot wait for each other. It gives those that exist.
func LockBoth(ctx context.Context, tx *gorm.DB, a, b uuid.UUID) (map[uuid.UUID]Subscription, error) {
	rows, err := lockMany(ctx, tx, []uuid.UUID{a, b})
	found := make(map[uuid.UUID]Subscription, len(rows))
	for _, s := range rows {
		found[s.ID] = s
	}
	return found, err
}
