package ledger

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Copy is a row that goes over to another subscription with its dates, people, price
// and cost. The row it is copied from is its origin; the invoice stays the origin's.
type Copy struct {
	ID             uuid.UUID     `json:"id"`
	From           uuid.UUID     `json:"origin"`
	SubscriptionID uuid.UUID     `json:"subscription_id"`
	Event          Event         `json:"event"`
	QuantityAfter  int           `json:"quantity_after"`
	Billing        BillingState  `json:"billing_state"`
	InvoiceID      uuid.NullUUID `json:"invoice_id"`
}

// Take appends copies in their order. They count.
func Take(ctx context.Context, tx *gorm.DB, copies []Copy) error {
	if len(copies) == 0 {
		return nil
	}
	doc, err := json.Marshal(copies)
	if err != nil {
		return fmt.Errorf("copy ledger rows: %w", err)
	}
	for _, insert := range []string{insertCopies, insertCopyStatus} {
		if err := tx.WithContext(ctx).Exec(insert, string(doc)).Error; err != nil {
			return fmt.Errorf("copy ledger rows: %w", err)
		}
	}
	return nil
}

const insertCopies = `
INSERT INTO license_changes (id, subscription_id, event, reason, effective_at, recorded_at, delta, quantity_after,
	estimated,
    unit_cost, cost_period, cost_currency, unit_price, price_period, currency, details, source, sync_run_id, actor_id,
	actor, note, origin_change_id,
    refund, product_id, term, billing_frequency, price_from, price_item_id)
SELECT r.id, r.subscription_id, r.event, c.reason, c.effective_at, c.recorded_at, c.delta, r.quantity_after,
	c.estimated,
    c.unit_cost, c.cost_period, c.cost_currency, c.unit_price, c.price_period, c.currency, c.details, c.source,
	c.sync_run_id, c.actor_id, c.actor, c.note, c.id,
    c.refund, c.product_id, c.term, c.billing_frequency, c.price_from, c.price_item_id
FROM ROWS FROM (jsonb_to_recordset(?::jsonb) AS (id uuid, origin uuid, subscription_id uuid, event text,
	quantity_after integer)) WITH ORDINALITY r
JOIN license_changes c ON c.id = r.origin
ORDER BY r.ordinality`

const insertCopyStatus = `
INSERT INTO license_change_status (change_id, counted, billing_state, invoice_id)
SELECT id, true, billing_state, invoice_id
FROM jsonb_to_recordset(?::jsonb) AS r (id uuid, billing_state text, invoice_id uuid)`

// Descendants are the counted rows of a subscription that were copied from some rows,
// or correct them, directly or through others; the rows themselves are among them.
func Descendants(ctx context.Context, tx *gorm.DB, subscriptionID uuid.UUID, ids []uuid.UUID) ([]uuid.UUID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var all []uuid.UUID
	err := tx.WithContext(ctx).Raw(`
		WITH RECURSIVE line AS (
			SELECT id FROM license_changes WHERE id IN (?)
			UNION SELECT c.id FROM license_changes c JOIN line ON line.id IN (c.origin_change_id, c.replaces_id)
			WHERE c.subscription_id = ?)
		SELECT line.id FROM line JOIN license_change_status st ON st.change_id = line.id AND st.counted
		ORDER BY line.id`, ids, subscriptionID).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("rows that follow from others: %w", err)
	}
	return all, nil
}
