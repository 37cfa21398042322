package list

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Tallies looks after what migration 62 keeps for the dashboard, as listing looks after the counts of lists.
type Tallies struct{}

// AddUp makes one row of all that stand alike, once there are many more rows than that.
func (Tallies) AddUp(ctx context.Context, db *postgres.DB) error {
	_, err := change(ctx, db, `WITH taken AS (DELETE FROM subscription_tallies
			WHERE (SELECT count(*) > 500 + 2 * count(DISTINCT (tally, word, day)) FROM subscription_tallies) RETURNING
			*)
		INSERT INTO subscription_tallies SELECT tally, word, day, sum(n), sum(amount) FROM taken GROUP BY 1, 2, 3
		HAVING sum(n) <> 0 OR sum(amount) <> 0`)
	return err
}

// Mend adds what the tallies lack, in one statement and so from one state, and tells how many were wrong.
func (Tallies) Mend(ctx context.Context, db *postgres.DB) (counts, rows int64, err error) {
	counts, err = change(ctx, db, `INSERT INTO subscription_tallies
		SELECT tally, word, day, sum(n), sum(amount) FROM (
			SELECT t.tally, t.word, t.day, 1 AS n, t.amount FROM subscriptions s, subscription_tallied(s.state,
			s.end_date,
				s.proposed_item_id, s.moved, s.hold_reason, s.unit_cost, s.cost_currency, s.cost_period, s.kind,
				s.billable_quantity) t
			UNION ALL SELECT tally, word, day, -n, -amount FROM subscription_tallies) both_sides
		GROUP BY 1, 2, 3 HAVING sum(n) <> 0 OR sum(amount) <> 0`)
	return counts, 0, err
}

func change(ctx context.Context, db *postgres.DB, sql string) (n int64, err error) {
	err = db.InTx(ctx, func(tx *gorm.DB) error {
		done := tx.WithContext(ctx).Exec(sql)
		n = done.RowsAffected
		return done.Error
	})
	if err != nil {
		return 0, fmt.Errorf("what is kept of subscriptions: %w", err)
	}
	return n, nil
}
