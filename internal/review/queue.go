package review

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Queue marks the subscriptions that a condition on subscriptions (alias s) picks
// out, after a mass change: Drain judges them in the background, and pages say so
// meanwhile. The condition is constant SQL of the caller.
func (r Reviewer) Queue(ctx context.Context, tx *gorm.DB, where string, args ...any) error {
	return tx.WithContext(ctx).Exec(`INSERT INTO review_queue (subscription_id, queued_at)
		SELECT s.id, ? FROM subscriptions s
		WHERE `+where+` ON CONFLICT (subscription_id) DO UPDATE SET queued_at = excluded.queued_at`,
		append([]any{r.Clock.Now()}, args...)...).Error
}

// WaitingSQL is how many subscriptions wait to be judged anew, for a statement of a page.
const WaitingSQL = `(SELECT count(*) FROM (SELECT FROM review_queue LIMIT 10000) q)`

// Waiting is how many subscriptions wait to be judged anew.
func Waiting(ctx context.Context, db *gorm.DB) (int, error) {
	var n int
	return n, db.WithContext(ctx).Raw(`SELECT ` + WaitingSQL).Scan(&n).Error
}

// Drain judges what is queued, a batch a transaction, until nothing is left. Several
// replicas may drain at once; each takes its own.
func (r Reviewer) Drain(ctx context.Context, db *postgres.DB) error {
	for {
		n, err := r.drainOnce(ctx, db)
		if err != nil || n == 0 {
			return err
		}
	}
}

func (r Reviewer) drainOnce(ctx context.Context, db *postgres.DB) (int, error) {
	var ids []uuid.UUID
	err := db.InTx(ctx, func(tx *gorm.DB) error {
		ids = nil
		err := tx.Raw(`DELETE FROM review_queue WHERE subscription_id IN (
			SELECT subscription_id FROM review_queue ORDER BY subscription_id FOR UPDATE SKIP LOCKED LIMIT ?)
			RETURNING subscription_id`, atOnce).Scan(&ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		return r.Refresh(ctx, tx, ids)
	})
	return len(ids), err
}
