package billing

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
)

type storedRow struct {
	ID             uuid.UUID
	Seq            int64
	SubscriptionID uuid.UUID
	Event          ledger.Event
	Reason         ledger.Reason
	EffectiveAt    clock.Date
	Delta          int
	UnitPrice      decimal.NullDecimal
	PricePeriod    money.Period
	Currency       string
	Before         string // the price before, as the details tell it
	BillingState   ledger.BillingState
	Until          clock.Date
	Outside        bool
	Moved          string // how it came with reassigned history
	Here           bool   // it is on an invoice of its own subscription
}

// ledgers reads the counted rows of subscriptions, as billing needs them.
func ledgers(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID][]Row, error) {
	var rows []storedRow
	err := db.WithContext(ctx).Raw(`
		SELECT c.id, c.seq, c.subscription_id, c.event, coalesce(c.reason, '') AS reason, c.effective_at, c.delta, c.unit_price, c.price_period, c.currency,
		       CASE WHEN c.event = 'price' THEN coalesce(c.details->'price'->'before', 'null')::text ELSE 'null' END AS before,
		       st.billing_state, e.until, e.change_id IS NOT NULL AS outside,
		       coalesce((SELECT m.role FROM reassigned_changes m JOIN reassignments r ON r.id = m.reassignment_id AND r.undone_at IS NULL
		                 WHERE m.change_id IN (c.id, c.origin_change_id) AND m.role IN ('copy', 'adjust') AND r.target_id = c.subscription_id LIMIT 1), '') AS moved,
		       EXISTS (SELECT FROM invoice_coverage v WHERE v.invoice_id = st.invoice_id AND v.subscription_id = c.subscription_id) AS here
		FROM license_changes c JOIN license_change_status st ON st.change_id = c.id
		LEFT JOIN billed_elsewhere e ON e.change_id = c.id
		WHERE c.subscription_id = ANY (?::uuid[]) AND st.counted
		ORDER BY c.effective_at, c.seq`, postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read ledgers: %w", err)
	}
	byID := make(map[uuid.UUID][]Row, len(ids))
	for _, r := range rows {
		row, err := r.row()
		if err != nil {
			return nil, fmt.Errorf("ledger row %s: %w", r.ID, err)
		}
		byID[r.SubscriptionID] = append(byID[r.SubscriptionID], row)
	}
	return byID, nil
}

func (r storedRow) row() (Row, error) {
	out := Row{ID: r.ID, Seq: r.Seq, Event: r.Event, Reason: r.Reason, On: r.EffectiveAt, Delta: r.Delta, Open: r.BillingState == ledger.Open, Archived: r.BillingState == ledger.Archived, Moved: r.Moved != ""}
	out.Inherited = r.Moved == "copy" && !out.Open && !r.Here
	if r.Outside {
		out.Elsewhere, out.Undated = r.Until, r.Until.IsZero()
	}
	if r.Event != ledger.Price {
		return out, nil
	}
	out.Price = ledger.Amount{Value: r.UnitPrice, Period: r.PricePeriod, Currency: r.Currency}
	var before *struct {
		Amount   decimal.Decimal
		Period   money.Period
		Currency string
	}
	if err := json.Unmarshal([]byte(r.Before), &before); err != nil {
		return out, err
	}
	if before != nil {
		out.Before = ledger.Amount{Value: decimal.NewNullDecimal(before.Amount), Period: before.Period, Currency: before.Currency}
	}
	return out, nil
}
