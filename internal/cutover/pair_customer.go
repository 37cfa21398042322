package cutover

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
)

// CustomerOfPair is the CRM account that a decision is about, also of one taken back;
// errs.NotFound if there is none.
func CustomerOfPair(ctx context.Context, db *gorm.DB, pairID uuid.UUID) (uuid.UUID, error) {
	var found []uuid.UUID
	err := db.WithContext(ctx).Raw(`SELECT c.crm_account_id FROM cutover_pairs p
		JOIN cutover_customers c ON c.id = p.customer_id WHERE p.id = ?`, pairID).Scan(&found).Error
	if err != nil {
		return uuid.Nil, fmt.Errorf("customer of decision %s: %w", pairID, err)
	}
	if len(found) == 0 {
		return uuid.Nil, errs.New(errs.NotFound, "There is no such decision.")
	}
	return found[0], nil
}
