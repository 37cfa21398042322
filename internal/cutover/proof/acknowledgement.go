package proof

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Acknowledgement is a person's word that a change is real.
type Acknowledgement struct {
	ProductKey     string
	What           What
	Fingerprint    string
	AcknowledgedAt time.Time
	AcknowledgedBy string
	Note           string
}

// acknowledgements reads what was acknowledged of customers.
func acknowledgements(ctx context.Context, db *gorm.DB, run uuid.UUID,
	customers []uuid.UUID) (map[uuid.UUID][]Acknowledgement, error) {
	var rows []struct {
		CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
		Acknowledgement
	}
	err := db.WithContext(ctx).Raw(`SELECT crm_account_id, product_key, what, fingerprint, acknowledged_at,
		acknowledged_by, note FROM cutover_acknowledgements
		WHERE cutover_id = ? AND crm_account_id = ANY (?::uuid[])
		ORDER BY acknowledged_at, id`, run, postgres.IDs(customers)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("acknowledgements: %w", err)
	}
	byCustomer := map[uuid.UUID][]Acknowledgement{}
	for _, r := range rows {
		byCustomer[r.CRMAccountID] = append(byCustomer[r.CRMAccountID], r.Acknowledgement)
	}
	return byCustomer, nil
}
