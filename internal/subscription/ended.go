package subscription

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/subscription/plan"
)

// AtTheirEnd lists subscriptions whose certain end has come and that still count. One
// whose end had passed when it was entered waits until it was signed off once: an
// ended one could not be signed any more, and its days would never be billed.
func AtTheirEnd(ctx context.Context, db *gorm.DB, today clock.Date, zone string, most int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := db.WithContext(ctx).Raw(`
		SELECT s.id FROM subscriptions s
		WHERE s.ends_on IS NOT NULL AND s.state <> 'inactive' AND s.ends_on <= ? AND s.frozen_from IS NULL
		  AND (s.ends_on > (s.first_seen_at AT TIME ZONE ?)::date
		OR EXISTS (SELECT FROM sign_offs g WHERE g.subscription_id = s.id AND NOT g.taken_back))
		ORDER BY s.ends_on, s.id LIMIT ?`, today, zone, most).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("find what has come to its end: %w", err)
	}
	return ids, nil
}

// EndAtItsEnd closes a subscription on the day that was typed as its end (RULES 3).
// One that has ended meanwhile, or ends later now, stays as it is.
func EndAtItsEnd(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	return act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		if s.State == Inactive || s.EndsOn.IsZero() || s.EndsOn.After(a.Today()) || s.Frozen() {
			return plan.Plan{}, nil
		}
		in, err := known(ctx, tx, s, a)
		if err != nil {
			return plan.Plan{}, err
		}
		in.Refund = s.EndsRefund
		return plan.AtItsEnd(in), nil
	})
}

// SetEndsRefund keeps a person's answer whether billed days after a certain end are
// refunded. The row must be locked.
func SetEndsRefund(ctx context.Context, tx *gorm.DB, id uuid.UUID, refund bool) error {
	return tx.WithContext(ctx).Exec(`UPDATE subscriptions SET ends_refund = ?, version = version + 1 WHERE id = ?`,
		refund, id).Error
}
