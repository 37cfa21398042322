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

// TouchedSince tells whether anything was recorded since a draft was made that may make a fresh one another: rows of
// the ledger and what was set aside, lines typed by hand, signatures, the contract's terms, other invoices.
func TouchedSince(ctx context.Context, db *gorm.DB, id uuid.UUID) (bool, error) {
	var touched bool
	err := db.WithContext(ctx).Raw(`WITH i AS (SELECT * FROM invoices WHERE id = ?),
		here AS (SELECT DISTINCT t.subscription_id FROM contract_stays t, i
			WHERE t.contract_id = i.contract_id AND NOT t.set_aside)
		SELECT k.updated_at > i.drafted_at
		OR EXISTS (SELECT FROM here JOIN license_changes c USING (subscription_id) WHERE c.seq > i.after_seq)
		OR EXISTS (SELECT FROM here JOIN license_changes c USING (subscription_id)
			JOIN license_change_marks m ON m.change_id = c.id WHERE m.old_counted <> m.new_counted
			AND m.id > (SELECT coalesce(max(o.id), 0) FROM license_change_status st
				JOIN license_change_marks o ON o.change_id = st.change_id AND o.new_invoice = i.id
				WHERE st.invoice_id = i.id))
		OR EXISTS (SELECT FROM here JOIN license_changes c USING (subscription_id)
			JOIN billed_elsewhere e ON e.change_id = c.id WHERE e.marked_at > i.drafted_at)
		OR EXISTS (SELECT FROM here JOIN sign_offs g USING (subscription_id)
			WHERE g.signed_at > i.drafted_at OR g.lapsed_at > i.drafted_at)
		OR EXISTS (SELECT FROM typed_lines t WHERE t.contract_id = i.contract_id
			AND (t.created_at > i.drafted_at OR t.version > 1))
		OR EXISTS (SELECT FROM invoices o WHERE o.contract_id = i.contract_id
			AND (o.seq > i.seq OR o.voided_at > i.drafted_at))
		FROM i JOIN billing_contracts k ON k.id = i.contract_id`, id).Row().Scan(&touched)
	return touched, err
}
