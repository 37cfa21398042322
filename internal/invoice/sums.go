package invoice

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/listing"
)

// Sum is what invoices come to in one currency; void ones are in no sum.
type Sum struct {
	Currency string
	Net      decimal.Decimal
	Open     decimal.Decimal // what is still to be paid of the billed ones, with tax
}

// SumsOf adds up all invoices that a query of the list lets through.
func SumsOf(ctx context.Context, db *gorm.DB, zone *time.Location, q listing.Query) ([]Sum, error) {
	where, args := q.Where()
	var all []Sum
	err := db.WithContext(ctx).Raw(fmt.Sprintf(`SELECT i.currency, sum(i.total) AS net, sum(i.open_amount) AS open
		FROM %s WHERE %s AND i.state <> 'void' GROUP BY 1 ORDER BY 1`, All(zone).Table, where), args...).
		Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("sums of invoices: %w", err)
	}
	return all, nil
}
