package impact

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/history"
	"seatledger/internal/subscription/plan"
)

// WithoutRow tells what setting a counted row aside makes of the days that are paid:
// the next runs charge or credit so much, whatever the refund setting (RULES 1). The
// row behind it still reaches what it reached, as when it is done.
func WithoutRow(ctx context.Context, db *gorm.DB, subscription, change uuid.UUID) (Weight, error) {
	var s []weighed
	err := db.WithContext(ctx).Raw(`SELECT s.id, s.billed_through, coalesce(k.currency, s.currency) AS currency
		FROM subscriptions s LEFT JOIN billing_contracts k ON k.id = s.contract_id
		WHERE s.id = ?`, subscription).Scan(&s).Error
	if err != nil || len(s) == 0 {
		return Weight{}, fmt.Errorf("weigh row %s: %w", change, err)
	}
	h, err := history.One(ctx, db, subscription)
	if err != nil {
		return Weight{}, err
	}
	w := Weight{ID: subscription, Through: s[0].BilledThrough, Currency: s[0].Currency}
	w.Amount = w.between(h, without(h, change))
	return w, nil
}

// without is the history as though a row had been set aside.
func without(h history.History, change uuid.UUID) history.History {
	rows := slices.Clone(h.Rows)
	gone := slices.IndexFunc(rows, func(r history.Row) bool { return r.ID == change })
	if gone < 0 {
		return h
	}
	seats := plan.SeatRows(h)
	if n := slices.IndexFunc(seats, func(r plan.SeatRow) bool { return r.ID == change }); n >= 0 && n+1 < len(seats) {
		i := slices.IndexFunc(rows, func(r history.Row) bool { return r.ID == seats[n+1].ID })
		rows[i].Delta += rows[gone].Delta
		rows[i].Refund = rows[i].Refund && rows[i].Delta < 0
	}
	h.Rows = slices.Delete(rows, gone, gone+1)
	return h
}
