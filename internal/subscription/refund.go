package subscription

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// refunds tells whether a reduction is refunded: by the contract's setting, where that
// leaves it to the global one, or without a contract, by that (RULES 8).
type refunds struct {
	global   bool
	contract map[uuid.UUID]bool
}

func (r refunds) of(contract uuid.NullUUID) bool {
	if given, known := r.contract[contract.UUID]; known && contract.Valid {
		return given
	}
	return r.global
}

func refundsOf(ctx context.Context, db *gorm.DB, contracts []uuid.UUID) (refunds, error) {
	r := refunds{contract: make(map[uuid.UUID]bool, len(contracts))}
	err := db.WithContext(ctx).Raw(`SELECT coalesce((SELECT (value->>'refunds')::boolean FROM settings
		WHERE name = 'general'), false)`).Row().Scan(&r.global)
	if err != nil {
		return r, fmt.Errorf("refund settings: %w", err)
	}
	if len(contracts) == 0 {
		return r, nil
	}
	var rows []struct {
		ID     uuid.UUID
		Refund bool
	}
	err = db.WithContext(ctx).Raw(`SELECT id, refunds = 'yes' AS refund FROM billing_contracts WHERE id IN (?)
		AND refunds <> 'global'`, contracts).Scan(&rows).Error
	if err != nil {
		return r, fmt.Errorf("refund settings: %w", err)
	}
	for _, k := range rows {
		r.contract[k.ID] = k.Refund
	}
	return r, nil
}
