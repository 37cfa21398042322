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

// Mend makes right what lists keep for speed where rows came in past the triggers that keep it,
// as by a restore of data alone. It tells how many counts and rows were wrong.
func Mend(ctx context.Context, db *postgres.DB) (counts, rows int64, err error) {
	err = db.InTx(ctx, func(tx *gorm.DB) error {
		tx = tx.WithContext(ctx)
		// One statement, one snapshot: rows and their counts change in the same transactions.
		wrong := tx.Exec(`INSERT INTO subscription_counts
			SELECT provider_id, state, hold_reason, review, kind, vendor, moved, sum(n) FROM (
				SELECT provider_id, state, coalesce(hold_reason, '') AS hold_reason, coalesce(review, '') AS review,
					kind, vendor, moved, 1 AS n FROM subscriptions
				UNION ALL SELECT provider_id, state, hold_reason, review, kind, vendor, moved, -n
				FROM subscription_counts) c
			GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0`)
		if wrong.Error != nil {
			return wrong.Error
		}
		bare := tx.Exec(`UPDATE subscriptions SET search_text = search_text WHERE search_text = ''`)
		counts, rows = wrong.RowsAffected, bare.RowsAffected
		return bare.Error
	})
	if err != nil {
		return 0, 0, fmt.Errorf("mend what the list of subscriptions keeps: %w", err)
	}
	return counts, rows, nil
}
