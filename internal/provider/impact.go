package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// Impact is what hangs on a provider, before it is deactivated.
type Impact struct {
	Figures
	Worth []Worth // by state and currency
	Open  []Worth // open rows of the ledger, by currency
	Night *time.Time
}

// Worth is some subscriptions or ledger rows with what they come to.
type Worth struct {
	State    string // of the subscriptions; empty for rows
	Currency string // of the selling price; empty: they have none
	Count    int
	Seats    int
	// Monthly is what the seats sell for in a month; null where nothing has a price
	// for a period. One-time prices are left out (RULES 5).
	Monthly decimal.NullDecimal
}

const perMonth = `CASE %[1]s.price_period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'year' THEN 12
	WHEN 'three_years' THEN 36 END`

// ImpactOf reads what deactivating a provider is about.
func ImpactOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (Impact, error) {
	var i Impact
	var err error
	if i.Figures, err = FiguresOf(ctx, db, id); err != nil {
		return i, err
	}
	db = db.WithContext(ctx)
	err = db.Raw(`SELECT s.state, s.currency, count(*) AS count, sum(CASE s.state WHEN 'inactive' THEN 0
		ELSE s.billable_quantity END) AS seats,
			sum(s.billable_quantity * s.unit_price / `+fmt.Sprintf(perMonth, "s")+`) AS monthly
		FROM subscriptions s WHERE s.provider_id = ? GROUP BY s.state, s.currency
		ORDER BY array_position(ARRAY['active', 'held', 'inactive'], s.state), s.currency`, id).Scan(&i.Worth).Error
	if err != nil {
		return i, fmt.Errorf("what the subscriptions of a provider come to: %w", err)
	}
	err = db.Raw(`SELECT c.currency, count(*) AS count, sum(c.delta) AS seats, sum(c.delta * c.unit_price / `+
		fmt.Sprintf(perMonth, "c")+`) AS monthly
		FROM license_changes c JOIN license_change_status st ON st.change_id = c.id AND st.counted
		AND st.billing_state = 'open'
		JOIN subscriptions s ON s.id = c.subscription_id WHERE s.provider_id = ? GROUP BY c.currency
		ORDER BY c.currency`, id).Scan(&i.Open).Error
	if err != nil {
		return i, fmt.Errorf("open rows of a provider: %w", err)
	}
	var nights []time.Time
	err = db.Raw(`SELECT next_at FROM run_nights WHERE runs = 'sync_runs' AND subject = ?`, id).Scan(&nights).Error
	if len(nights) > 0 {
		i.Night = &nights[0]
	}
	return i, err
}
