package subscription

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
)

// History is what reassigned history makes of a subscription: from when it is billed,
// since when its history goes back, and whether it waits (RULES 9).
type History struct {
	BillableFrom  clock.Date
	BilledThrough clock.Date
	Since         clock.Date
	TwinHold      bool
	CutoverHold   bool
}

// History is what of it stands.
func (s Subscription) History() History {
	return History{BillableFrom: s.BillableFrom, BilledThrough: s.BilledThrough, Since: s.HistorySince, TwinHold: s.TwinHold, CutoverHold: s.CutoverHold}
}

// SetHistory notes it, and derives the state anew. A twin that a person has declared
// to be none is not held as one.
func SetHistory(ctx context.Context, tx *gorm.DB, a Act, h History) (Subscription, error) {
	s, err := act(ctx, tx, a, func(s standing) (Plan, error) {
		d := s.draft()
		d.Row.TwinHold, d.Row.CutoverHold = h.TwinHold && !s.NoTwin, h.CutoverHold
		d.derive()
		return d.finish(&s.Subscription), nil
	})
	if err != nil {
		return s, err
	}
	err = tx.WithContext(ctx).Exec(`UPDATE subscriptions SET billable_from = ?, billed_through = ?, history_since = ? WHERE id = ?`,
		h.BillableFrom, h.BilledThrough, h.Since, a.ID).Error
	if err != nil {
		return s, fmt.Errorf("note history of %s: %w", a.ID, err)
	}
	s.BillableFrom, s.BilledThrough, s.HistorySince = h.BillableFrom, h.BilledThrough, h.Since
	return s, nil
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

// Called is what a person calls the subscription.
func (s Subscription) Called() string {
	if s.ProductName == "" {
		return s.ExternalID
	}
	return s.ProductName
}
