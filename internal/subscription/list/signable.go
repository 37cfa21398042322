package list

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/listing"
)

// Signable gives the ids of a query's subscriptions that may be signed off: their
// review is ok or warns, and no signature stands.
func Signable(ctx context.Context, db *gorm.DB, q listing.Query) ([]uuid.UUID, error) {
	where, args := q.Where()
	var ids []uuid.UUID
	err := db.WithContext(ctx).Raw("SELECT s.id FROM subscriptions s WHERE "+where+
		" AND s.state <> 'inactive' AND s.review IN ('ok', 'warn') ORDER BY s.id", args...).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("subscriptions to sign: %w", err)
	}
	return ids, nil
}
