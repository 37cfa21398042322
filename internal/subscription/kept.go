package subscription

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/subscription/plan"
)

// UndecidedTerm is a condition on subscriptions s: a new term or product began, and since then
// nobody has set a price that holds in it or kept the one that stands (RULES 5).
const UndecidedTerm = `EXISTS (SELECT FROM (
		SELECT r.effective_at, r.seq, r.recorded_at FROM license_changes r
		JOIN license_change_status rs ON rs.change_id = r.id
		WHERE r.subscription_id = s.id AND r.event IN ('renew', 'product') AND rs.counted
		ORDER BY r.effective_at DESC, r.seq DESC
		LIMIT 1) t
	WHERE (s.price_kept_at IS NULL OR s.price_kept_at < t.recorded_at) AND NOT EXISTS (
		SELECT FROM license_changes p JOIN license_change_status ps ON ps.change_id = p.id
		WHERE p.subscription_id = s.id AND p.event = 'price' AND ps.counted AND p.price_from IN ('person', 'list')
			AND (p.effective_at >= t.effective_at OR p.seq > t.seq)))`

// KeepPrice keeps the price in a new term: what the renewal proposed is declined, and
// a price below cost is a person's decision from now on.
func KeepPrice(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	var undecided bool
	err := tx.WithContext(ctx).Raw(`SELECT coalesce((SELECT `+UndecidedTerm+
		` FROM subscriptions s WHERE s.id = ?), false)`, a.ID).
		Row().Scan(&undecided)
	if err != nil {
		return Subscription{}, fmt.Errorf("is the term decided: %w", err)
	}
	now, err := act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		d := s.Draft()
		d.Row.ProposedItemID = uuid.NullUUID{}
		d.Touched = undecided
		return d.Finish(&s.Subscription), nil
	})
	if err != nil || !undecided {
		return now, err
	}
	err = tx.WithContext(ctx).Exec(`UPDATE subscriptions SET price_kept_at = ? WHERE id = ?`, a.Origin.At, a.ID).Error
	if err != nil {
		return now, fmt.Errorf("keep price: %w", err)
	}
	return now, nil
}
