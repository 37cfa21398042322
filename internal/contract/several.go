package contract

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Several reads contracts in the order of their ids. One that does not exist is left out.
func Several(ctx context.Context, db *gorm.DB, ids []uuid.UUID) ([]Contract, error) {
	var found []Contract
	err := db.WithContext(ctx).Raw(`SELECT * FROM billing_contracts WHERE id = ANY (CAST(? AS uuid[])) ORDER BY id`,
		postgres.IDs(ids)).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("%d contracts: %w", len(ids), err)
	}
	return found, nil
}
