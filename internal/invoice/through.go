package invoice

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/history"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription"
)

// RefreshThrough notes for lists where the billing of subscriptions stands: the end of
// their last live run, or of what was paid for the days that went over to them, or an
// unpaid day before it. Nothing decides by it.
func RefreshThrough(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) error {
	histories, err := history.Load(ctx, tx, ids) // with those that share what is paid
	if err != nil {
		return err
	}
	ids = slices.SortedFunc(maps.Keys(histories), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	var runs []struct {
		ID uuid.UUID
		To clock.Date
	}
	err = tx.WithContext(ctx).Raw(`
		SELECT s.id, (SELECT max(v.through_after) FROM invoice_coverage v JOIN invoices i ON i.id = v.invoice_id
		AND i.state <> 'void'
			WHERE v.subscription_id = s.id) AS "to"
		FROM unnest(CAST(? AS uuid[])) AS s (id)`, postgres.IDs(ids)).Scan(&runs).Error
	if err != nil {
		return fmt.Errorf("where billing stands: %w", err)
	}
	all := make([]subscription.Billed, len(runs))
	for i, r := range runs {
		h := histories[r.ID]
		for _, k := range h.Contracts() {
			r.To = clock.Later(r.To, h.PaidTo(k))
		}
		all[i] = subscription.Billed{ID: r.ID, Through: r.To}
		if day := firstUnpaid(h, r.To); !day.IsZero() {
			all[i].Through = day
		}
	}
	return subscription.SetBilled(ctx, tx, all)
}

// firstUnpaid is the first day before one with seats to be charged; zero: none.
func firstUnpaid(h history.History, to clock.Date) clock.Date {
	var first clock.Date
	if h.Kind == history.OneTime || to.IsZero() {
		return first
	}
	for _, id := range h.Contracts() {
		for _, s := range h.Days(id, to) {
			if s.Due() > 0 && s.Priced && (first.IsZero() || s.From.Before(first)) {
				first = s.From
			}
		}
	}
	return first
}
