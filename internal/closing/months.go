package closing

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/money"
)

// Row is one month of the list.
type Row struct {
	Key
	Provider  string
	Bills     int
	Charged   money.Amounts `gorm:"type:jsonb"`
	Open      int           // differences to do
	Actor     string
	At        *time.Time
	LapsedWhy string
}

// mostMonths is how many months the list names.
const mostMonths = 240

// Months are those that have a bill, and the present one of each provider that is read, the latest first.
func (s Service) Months(ctx context.Context, db *gorm.DB) ([]Row, error) {
	today := clock.Today(s.Clock, s.Zone)
	var out []Row
	err := db.WithContext(ctx).Raw(`
		WITH months AS (
			SELECT provider_id, month FROM supplier_bills WHERE aside_at IS NULL
			UNION SELECT id, CAST(@month AS date) FROM providers WHERE active),
		sums AS (
			SELECT b.provider_id, b.month, l.currency, sum(l.amount) AS amount
			FROM supplier_bills b JOIN supplier_bill_lines l ON l.bill_id = b.id WHERE b.aside_at IS NULL GROUP BY 1,
				2, 3)
		SELECT m.provider_id, m.month, coalesce(p.name, '') AS provider,
			(SELECT count(*) FROM supplier_bills b WHERE b.month = m.month AND b.provider_id IS NOT DISTINCT
				FROM m.provider_id
				AND b.aside_at IS NULL) AS bills,
			(SELECT jsonb_agg(jsonb_build_object('amount', x.amount, 'currency', x.currency) ORDER BY x.currency)
				FROM sums x
				WHERE x.month = m.month AND x.provider_id IS NOT DISTINCT FROM m.provider_id) AS charged,
			(SELECT count(*) FROM supplier_bills b JOIN differences d ON d.bill_id = b.id AND d.state = 'todo'
				AND d.shown
				WHERE b.month = m.month AND b.provider_id IS NOT DISTINCT FROM m.provider_id
					AND b.aside_at IS NULL) AS open,
			coalesce(g.actor, '') AS actor, g.at, coalesce(g.lapsed_why, '') AS lapsed_why
		FROM months m LEFT JOIN providers p ON p.id = m.provider_id
		LEFT JOIN LATERAL (SELECT actor, at, lapsed_why FROM supplier_months s WHERE s.month = m.month
			AND s.provider_id IS NOT DISTINCT FROM m.provider_id ORDER BY at DESC, id DESC LIMIT 1) g ON true
		ORDER BY m.month DESC, lower(coalesce(p.name, '')), m.provider_id LIMIT @most`,
		map[string]any{"month": clock.NewDate(today.Year(), today.Month(), 1), "most": mostMonths}).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("months of suppliers: %w", err)
	}
	return out, nil
}
