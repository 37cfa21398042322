package list

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"seatledger/internal/subscription"
)

// Orphans are the subscriptions that the distributor charges for and that no
// customer is billed for, because their account is unmapped or excluded (RULES 6),
// or because they moved and nobody has said yet that they are the account's customer's.
type Orphans struct {
	Reason   subscription.HoldReason
	Moved    bool // held as unmapped, though the account they moved to is mapped
	Count    int  // the rows of the list with this hold reason
	Monthly  []Monthly
	Uncosted int // of Count: without a known cost per month, or usage or one-time, which have none
}

// Monthly is a sum per month in one currency (RULES 5).
type Monthly struct {
	Currency string
	Sum      decimal.Decimal
}

// CostWithoutCustomer sums them up: unmapped ones, moved ones, excluded ones.
func CostWithoutCustomer(ctx context.Context, db *gorm.DB) ([]Orphans, error) {
	var rows []struct {
		Reason   subscription.HoldReason
		Moved    bool
		Currency string
		Rows     int
		Costed   int
		Sum      decimal.NullDecimal
	}
	err := db.WithContext(ctx).Raw(`SELECT hold_reason AS reason, moved, CASE WHEN costed THEN cost_currency
		ELSE '' END AS currency, count(*) AS rows,
			count(*) FILTER (WHERE costed) AS costed,
			sum(billable_quantity * unit_cost / CASE cost_period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'year'
			THEN 12 ELSE 36 END) FILTER (WHERE costed) AS sum
		FROM (SELECT *,
				unit_cost IS NOT NULL AND cost_currency <> ''
				AND cost_period IN ('month', 'quarter', 'year', 'three_years') AND kind <> 'usage' AS costed
			FROM subscriptions s WHERE state = 'held' AND hold_reason IN ('unmapped', 'excluded')) s
		GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("cost without a customer: %w", err)
	}
	out := []Orphans{{Reason: subscription.HoldUnmapped}, {Reason: subscription.HoldUnmapped, Moved: true},
		{Reason: subscription.HoldExcluded}}
	for _, r := range rows {
		o := &out[0]
		switch {
		case r.Reason == subscription.HoldExcluded:
			o = &out[2]
		case r.Moved:
			o = &out[1]
		}
		o.Count += r.Rows
		o.Uncosted += r.Rows - r.Costed
		if r.Sum.Valid {
			o.Monthly = append(o.Monthly, Monthly{Currency: r.Currency, Sum: r.Sum.Decimal})
		}
	}
	return out, nil
}
