package elsewhere

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
)

// OpenRow is a counted ledger row whose first charge or credit was not taken yet.
type OpenRow struct {
	ID             uuid.UUID
	SubscriptionID uuid.UUID
	Product        string
	CRMAccount     string `gorm:"column:crm_account"`
	Event          ledger.Event
	EffectiveAt    clock.Date
	Delta          int
}

const openShown = 500

// OpenRows are the open rows of a contract, a subscription, or all (uuid.Nil), oldest
// first, up to 500. Those of new subscriptions that are held back while an old one
// counts are told only where that one is asked for.
func OpenRows(ctx context.Context, db *gorm.DB, contract, subscription uuid.UUID) ([]OpenRow, error) {
	q := db.WithContext(ctx).Table("license_changes c").
		Joins("JOIN license_change_status st ON st.change_id = c.id AND st.counted AND st.billing_state = 'open'").
		Joins("JOIN subscriptions s ON s.id = c.subscription_id").
		Joins("LEFT JOIN crm_accounts a ON a.id = s.crm_account_id").
		Select(`c.id, c.subscription_id, coalesce(nullif(s.product_name, ''), s.external_id) AS product,
			coalesce(a.name, '') AS crm_account, c.event, c.effective_at, c.delta`)
	if subscription == uuid.Nil { // what waits for its old one to end has not been billed anywhere
		q = q.Where("NOT (s.state = 'held' AND (s.twin_hold OR s.cutover_hold))")
	}
	if contract != uuid.Nil {
		q = q.Where("s.contract_id = ?", contract)
	}
	if subscription != uuid.Nil {
		q = q.Where("s.id = ?", subscription)
	}
	var rows []OpenRow
	if err := q.Order("c.effective_at, c.seq").Limit(openShown).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("open rows: %w", err)
	}
	return rows, nil
}
