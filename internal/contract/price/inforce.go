package price

import (
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

// Wanted asks for the price of a product on a day.
type Wanted struct {
	PriceListID uuid.UUID
	ProductID   uuid.UUID
	Term        distributor.Frequency
	Frequency   distributor.Frequency
	On          clock.Date // the start of the current term (RULES 5)
}

const itemColumns = `i.id, i.price_list_id, i.product_id, p.vendor, p.part_number, p.name AS product_name, i.unit,
	i.term,
	i.billing_frequency, i.unit_price, i.unit_cost, i.suggested_price, i.effective_from, i.effective_to, i.version,
		i.created_at, i.updated_at`

// InForce gives the item in force on a day: of those whose days hold it, the one
// that began last. False when the list has none.
func InForce(db *gorm.DB, w Wanted) (Item, bool, error) {
	var found []Item
	err := db.Raw(`SELECT `+itemColumns+` FROM price_list_items i JOIN products p ON p.id = i.product_id
		WHERE i.price_list_id = ? AND i.product_id = ? AND i.term = ? AND i.billing_frequency = ?
			AND i.effective_from <= ? AND (i.effective_to IS NULL OR i.effective_to > ?)
		ORDER BY i.effective_from DESC
		LIMIT 1`, w.PriceListID, w.ProductID, w.Term, w.Frequency, w.On, w.On).Scan(&found).Error
	if err != nil {
		return Item{}, false, fmt.Errorf("price in force: %w", err)
	}
	if len(found) == 0 {
		return Item{}, false, nil
	}
	return found[0], true, nil
}
