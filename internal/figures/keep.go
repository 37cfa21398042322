package figures

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Tallies looks after the kept sums, as listing looks after the counts of lists.
type Tallies struct{}

// past are days that lie behind, which every figure of today has in it.
const past = `CASE WHEN tally IN ('billed', 'revenue', 'cost', 'margin')
	AND day <= coalesce((SELECT today FROM billing_day), '-infinity') THEN date '-infinity' ELSE day END`

// AddUp makes one row of all that stand alike, once there are many more rows than that.
func (Tallies) AddUp(ctx context.Context, db *postgres.DB) error {
	_, err := change(ctx, db, `WITH taken AS (DELETE FROM money_tallies
			WHERE (SELECT count(*) > 500 + 2 * count(DISTINCT (tally, word, `+past+`)) FROM money_tallies) RETURNING *)
		INSERT INTO money_tallies SELECT tally, word, `+past+`, sum(n), sum(amount) FROM taken GROUP BY 1, 2, 3
		HAVING sum(n) <> 0 OR sum(amount) <> 0`)
	return err
}

// fresh are all tallies as the records say them.
const fresh = `SELECT t.tally, t.word, t.day, t.n::bigint AS n, t.amount FROM subscriptions s, subscription_money(
		s.billed_from, s.billed_to, s.billable_quantity - s.seats_ahead, s.unit_price, s.price_period, s.sold_in,
		s.unit_cost, s.cost_period, s.bought_in) t
	UNION ALL SELECT t.tally, t.word, t.day, 1, t.amount
	FROM invoices i, invoice_money(i.state, i.currency, i.due_key, i.total, i.open_amount) t
	UNION ALL SELECT t.tally, t.word, t.day, 1, t.amount
	FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id AND i.state IN ('billed', 'paid'),
		line_money(l.kind, l.again, l.from_date, l.to_date, l.seats, l.currency, l.amount, l.cost, l.cost_currency) t`

// Mend makes right which seats are dated ahead, and adds what the sums lack, in one statement and so from one state.
// It tells how many were wrong.
func (Tallies) Mend(ctx context.Context, db *postgres.DB) (counts, rows int64, err error) {
	rows, err = change(ctx, db, `UPDATE subscriptions s SET seats_ahead = a.seats FROM (
			SELECT x.id, coalesce(sum(c.delta) FILTER (WHERE t.counted AND c.effective_at > d.today), 0) AS seats
			FROM billing_day d JOIN subscriptions x ON x.seats_ahead <> 0
				OR EXISTS (SELECT FROM license_change_status t WHERE t.change_subscription_id = x.id
					AND t.change_effective_at > d.today)
			LEFT JOIN license_changes c ON c.subscription_id = x.id
			LEFT JOIN license_change_status t ON t.change_id = c.id GROUP BY x.id) a
		WHERE s.id = a.id AND s.seats_ahead <> a.seats`)
	if err != nil {
		return 0, 0, err
	}
	counts, err = change(ctx, db, `INSERT INTO money_tallies SELECT tally, word, `+past+`, sum(n), sum(amount)
		FROM (SELECT * FROM (`+fresh+`) f UNION ALL SELECT tally, word, day, -n, -amount FROM money_tallies) both_sides
		GROUP BY 1, 2, 3 HAVING sum(n) <> 0 OR sum(amount) <> 0`)
	return counts, rows, err
}

func change(ctx context.Context, db *postgres.DB, sql string) (n int64, err error) {
	err = db.InTx(ctx, func(tx *gorm.DB) error {
		done := tx.WithContext(ctx).Exec(sql)
		n = done.RowsAffected
		return done.Error
	})
	if err != nil {
		return 0, fmt.Errorf("kept sums of money: %w", err)
	}
	return n, nil
}
