package list

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// AddUp makes one row of all kept counts that stand alike once there are many, so that a page
// that asks them reads a handful. It waits for nobody: rows that others write meanwhile stay as
// they are.
func AddUp(ctx context.Context, db *postgres.DB) error {
	err := db.InTx(ctx, func(tx *gorm.DB) error {
		return tx.WithContext(ctx).Exec(`WITH taken AS (
				DELETE FROM subscription_counts WHERE (SELECT count(*) > 500 FROM subscription_counts) RETURNING *)
			INSERT INTO subscription_counts
			SELECT provider_id, state, hold_reason, review, kind, vendor, moved, sum(n) FROM taken
			GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0`).Error
	})
	if err != nil {
		return fmt.Errorf("add up the counts of subscriptions: %w", err)
	}
	return nil
}

// wordsAtOnce is how many rows get their words in one transaction, so that nobody waits long.
const wordsAtOnce = 2000

// Mend makes right what lists keep for speed where rows came in past the triggers that keep it,
// as by a restore of data alone. It tells how many counts and rows were wrong.
func Mend(ctx context.Context, db *postgres.DB) (counts, rows int64, err error) {
	for {
		n, err := mend(ctx, db, `UPDATE subscriptions SET search_text = search_text WHERE id IN (
			SELECT id FROM subscriptions WHERE search_text = '' LIMIT ? FOR UPDATE SKIP LOCKED)`, wordsAtOnce)
		if rows += n; err != nil || n < wordsAtOnce {
			if err != nil {
				return 0, rows, err
			}
			break
		}
	}
	// One statement, one snapshot: rows and their counts change in the same transactions.
	counts, err = mend(ctx, db, `INSERT INTO subscription_counts
		SELECT provider_id, state, hold_reason, review, kind, vendor, moved, sum(n) FROM (
			SELECT provider_id, state, coalesce(hold_reason, '') AS hold_reason, coalesce(review, '') AS review,
				kind, vendor, moved, 1 AS n FROM subscriptions
			UNION ALL SELECT provider_id, state, hold_reason, review, kind, vendor, moved, -n
			FROM subscription_counts) c
		GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0`)
	return counts, rows, err
}

func mend(ctx context.Context, db *postgres.DB, sql string, args ...any) (n int64, err error) {
	err = db.InTx(ctx, func(tx *gorm.DB) error {
		done := tx.WithContext(ctx).Exec(sql, args...)
		n = done.RowsAffected
		return done.Error
	})
	if err != nil {
		return 0, fmt.Errorf("mend what the list of subscriptions keeps: %w", err)
	}
	return n, nil
}
