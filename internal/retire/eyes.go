package retire

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/foureyes"
	"seatledger/internal/selection"
)

// Guard weighs many ends by what they bring in a month: what they are worth in billed days may be nothing.
func (ending) Guard(ctx context.Context, db *gorm.DB, w selection.Work) (foureyes.Deed, error) {
	var rows []foureyes.Brings
	err := db.WithContext(ctx).Raw(`SELECT s.currency, s.price_period AS period, s.unit_price,
			s.billable_quantity AS seats
		FROM bulk_items i JOIN subscriptions s ON s.id = i.record_id
		WHERE i.work_id = ? AND i.state IN ('will', 'waiting')`, w.ID).Scan(&rows).Error
	if err != nil {
		return foureyes.Deed{}, fmt.Errorf("what ends bring in: %w", err)
	}
	return foureyes.Ends(rows), nil
}
