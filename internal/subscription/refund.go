package subscription

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/ledger"
)

// refunds gives, per contract, how negative rows made by a sync are born: open where
// the contract, or else the global setting, refunds; archived where it does not (RULES 8).
func refunds(ctx context.Context, db *gorm.DB, contracts []uuid.UUID) (map[uuid.UUID]ledger.BillingState, error) {
	born := make(map[uuid.UUID]ledger.BillingState, len(contracts))
	if len(contracts) == 0 {
		return born, nil
	}
	var rows []struct {
		ID     uuid.UUID
		Refund bool
	}
	err := db.WithContext(ctx).Raw(`
		SELECT id, CASE refunds WHEN 'yes' THEN true WHEN 'no' THEN false
		           ELSE coalesce((SELECT (value->>'refunds')::boolean FROM settings WHERE name = 'general'), false) END AS refund
		FROM billing_contracts WHERE id IN (?)`, contracts).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("refund settings: %w", err)
	}
	for _, r := range rows {
		born[r.ID] = ledger.Archived
		if r.Refund {
			born[r.ID] = ledger.Open
		}
	}
	return born, nil
}
