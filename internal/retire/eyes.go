package retire

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/foureyes"
	"seatledger/internal/money"
	"seatledger/internal/selection"
)

// Guard weighs many ends by what they bring in a month: what they are worth in billed days may be nothing.
func (ending) Guard(ctx context.Context, db *gorm.DB, w selection.Work) (foureyes.Deed, error) {
	d := foureyes.Deed{Kind: foureyes.Retire}
	var rows []struct {
		Currency  string
		Period    money.Period
		UnitPrice decimal.NullDecimal
		Seats     int
	}
	err := db.WithContext(ctx).Raw(`SELECT s.currency, s.price_period AS period, s.unit_price,
			s.billable_quantity AS seats
		FROM bulk_items i JOIN subscriptions s ON s.id = i.record_id
		WHERE i.work_id = ? AND i.state IN ('will', 'waiting')`, w.ID).Scan(&rows).Error
	if err != nil {
		return d, fmt.Errorf("what ends bring in: %w", err)
	}
	by := map[string]decimal.Decimal{}
	for _, r := range rows {
		month, known := money.PerMonth(r.UnitPrice.Decimal, r.Period)
		switch {
		case r.Seats == 0:
		case !r.UnitPrice.Valid || !known:
			d.Unpriced++
		default:
			by[r.Currency] = by[r.Currency].Add(month.Mul(decimal.NewFromInt(int64(r.Seats))))
		}
	}
	d.Money = money.Sums(by)
	return d, nil
}
