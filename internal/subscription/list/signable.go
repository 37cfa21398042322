package list

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/listing"
	"seatledger/internal/postgres"
)

// Signable gives the ids of a query's subscriptions that may be signed off: their
// review is ok or warns, and no signature stands.
func Signable(ctx context.Context, db *gorm.DB, q listing.Query) ([]uuid.UUID, error) {
	where, args := q.Where()
	var ids []uuid.UUID
	err := db.WithContext(ctx).Raw("SELECT s.id FROM subscriptions s WHERE "+where+
		" AND s.state <> 'inactive' AND s.review IN ('ok', 'warn') ORDER BY s.id", args...).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("subscriptions to sign: %w", err)
	}
	return ids, nil
}

// Signables is what a signature under all signable subscriptions of a query would cover.
type Signables struct {
	IDs      []uuid.UUID
	OK, Warn int
	Failing  int // of the same query, left out
	Signed   int // of the same query, signed before
	Seats    int
	Monthly  []Sum // per currency; one-time prices left out
	Warnings []Warning
}

// Sum is an amount of one currency.
type Sum struct {
	Currency string
	Sum      decimal.Decimal
}

// Warning is a finding that a signature accepts, with one of its sentences.
type Warning struct {
	Code    string
	Example string
	N       int
}

// SignablesOf reads them, within one snapshot.
func SignablesOf(ctx context.Context, db *gorm.DB, q listing.Query) (Signables, error) {
	var s Signables
	var err error
	if s.IDs, err = Signable(ctx, db, q); err != nil {
		return s, err
	}
	p, err := ProgressOf(ctx, db, q)
	if err != nil {
		return s, err
	}
	s.Failing, s.Signed = p.Failing(), p.Signed
	return s, s.sums(db.WithContext(ctx))
}

func (s *Signables) sums(db *gorm.DB) error {
	ids := postgres.IDs(s.IDs)
	err := db.Raw(`SELECT count(*) FILTER (WHERE review = 'ok'), count(*) FILTER (WHERE review = 'warn'),
		coalesce(sum(billable_quantity), 0)
		FROM subscriptions WHERE id = ANY (?::uuid[])`, ids).Row().Scan(&s.OK, &s.Warn, &s.Seats)
	if err != nil {
		return fmt.Errorf("subscriptions to sign: %w", err)
	}
	err = db.Raw(`SELECT currency, sum(billable_quantity * unit_price /
			CASE price_period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'year' THEN 12 WHEN 'three_years'
			THEN 36 END) AS sum
		FROM subscriptions WHERE id = ANY (?::uuid[]) AND unit_price IS NOT NULL AND price_period NOT IN ('', 'once')
		GROUP BY currency ORDER BY currency`, ids).Scan(&s.Monthly).Error
	if err != nil {
		return fmt.Errorf("money to sign: %w", err)
	}
	err = db.Raw(`SELECT c->>'code' AS code, min(c->>'says') AS example, count(*) AS n
		FROM subscription_reviews v, jsonb_array_elements(v.checks) c
		WHERE v.subscription_id = ANY (?::uuid[]) AND c->>'verdict' = 'warn' GROUP BY 1
		ORDER BY 3 DESC, 1`, ids).Scan(&s.Warnings).Error
	if err != nil {
		return fmt.Errorf("warnings to sign: %w", err)
	}
	return nil
}
