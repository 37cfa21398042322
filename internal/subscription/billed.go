package subscription

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// Billed is where the billing of a subscription stands: its first day not billed
// yet, zero before its first invoice (RULES 8).
type Billed struct {
	ID      uuid.UUID  `json:"id"`
	Through clock.Date `json:"-"`
	Day     *string    `json:"through"`
}

// BilledNext is where the billing of a subscription stands after a draft: at the end of its last live run, or of what
// was paid (Paid), or its first day to be charged before it (Unpaid; zero: none is known).
type BilledNext struct {
	ID     uuid.UUID
	Paid   clock.Date
	Unpaid clock.Date
}

// SetBilledNext notes where billing stands once a draft's coverage is stored. The rows must be locked.
func SetBilledNext(ctx context.Context, tx *gorm.DB, all []BilledNext) error {
	ids := make(postgres.IDs, len(all)) // so that they are looked up, however many others there are
	days := make([]map[string]any, len(all))
	for i, b := range all {
		ids[i], days[i] = b.ID, map[string]any{"id": b.ID, "paid": b.Paid.String()}
		if !b.Unpaid.IsZero() {
			days[i]["unpaid"] = b.Unpaid.String()
		}
	}
	doc, err := json.Marshal(days)
	if err != nil {
		return fmt.Errorf("note what is billed: %w", err)
	}
	err = tx.WithContext(ctx).Exec(`UPDATE subscriptions s
		SET billed_through = CASE WHEN b.unpaid < r.to THEN b.unpaid ELSE r.to END
		FROM jsonb_to_recordset(?::jsonb) AS b (id uuid, paid date, unpaid date)
		CROSS JOIN LATERAL (SELECT greatest(b.paid, (SELECT max(v.through_after) FROM invoice_coverage v
			JOIN invoices i ON i.id = v.invoice_id AND i.state <> 'void'
				WHERE v.subscription_id = b.id)) AS to OFFSET 0) r
		WHERE s.id = b.id AND s.id = ANY (CAST(? AS uuid[]))`, string(doc), ids).Error
	if err != nil {
		return fmt.Errorf("note what is billed: %w", err)
	}
	return nil
}

// SetBilled notes where billing stands, after an invoice was drafted or voided. The rows must be locked.
func SetBilled(ctx context.Context, tx *gorm.DB, all []Billed) error {
	ids := make(postgres.IDs, len(all)) // so that they are looked up, however many others there are
	for i := range all {
		ids[i] = all[i].ID
		if !all[i].Through.IsZero() {
			day := all[i].Through.String()
			all[i].Day = &day
		}
	}
	doc, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("note what is billed: %w", err)
	}
	err = tx.WithContext(ctx).Exec(`UPDATE subscriptions s SET billed_through = b.through
		FROM jsonb_to_recordset(?::jsonb) AS b (id uuid, through date)
		WHERE s.id = b.id AND s.id = ANY (CAST(? AS uuid[]))`, string(doc), ids).Error
	if err != nil {
		return fmt.Errorf("note what is billed: %w", err)
	}
	return nil
}
