package price

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Kept looks after the days on which each price of a list counts, which its row keeps.
type Kept struct{}

// AddUp has nothing to add up.
func (Kept) AddUp(context.Context, *postgres.DB) error { return nil }

// Mend makes right what rows keep wrongly, and tells how many did. Those that look wrong are locked first and
// reckoned after.
func (Kept) Mend(ctx context.Context, db *postgres.DB) (counts, rows int64, err error) {
	err = db.InTx(ctx, func(tx *gorm.DB) error {
		var ids []string
		err := tx.Raw(`SELECT i.id::text FROM price_list_items i WHERE i.days <> days_in_force(i) ORDER BY i.id
			FOR UPDATE`).Scan(&ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		done := tx.Exec(`UPDATE price_list_items i SET days = days_in_force(i)
			WHERE i.id = ANY (?::uuid[]) AND i.days <> days_in_force(i)`, postgres.Texts(ids))
		rows = done.RowsAffected
		return done.Error
	})
	if err != nil {
		return 0, 0, fmt.Errorf("mend the days of prices: %w", err)
	}
	return 0, rows, nil
}
