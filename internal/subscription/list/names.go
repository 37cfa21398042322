package list

import (
	"context"

	"seatledger/internal/postgres"
)

// Names looks after subscription_names, by which a search finds products (migration 107).
type Names struct{}

// AddUp has nothing to add up: names only come.
func (Names) AddUp(context.Context, *postgres.DB) error { return nil }

// Mend adds the names that are missing. They are walked from one to the next.
func (Names) Mend(ctx context.Context, db *postgres.DB) (counts, rows int64, err error) {
	rows, err = change(ctx, db, `WITH RECURSIVE names AS (
			(SELECT product_key AS name FROM subscriptions ORDER BY product_key LIMIT 1)
			UNION ALL
			SELECT (SELECT product_key FROM subscriptions WHERE product_key > n.name ORDER BY product_key LIMIT 1)
			FROM names n WHERE n.name IS NOT NULL)
		INSERT INTO subscription_names SELECT n.name FROM names n
		WHERE n.name IS NOT NULL AND NOT EXISTS (SELECT FROM subscription_names k WHERE k.name = n.name)`)
	return 0, rows, err
}
