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
