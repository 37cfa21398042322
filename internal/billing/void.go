package billing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// covered is what an invoice did to one subscription, beside where it stands now.
type covered struct {
	SubscriptionID uuid.UUID
	Name           string
	ThroughBefore  clock.Date
	ThroughAfter   clock.Date
	BilledThrough  clock.Date
	Newer          bool // a later invoice that is not void has it
}

// Void takes an invoice back, whole: its rows are open again and billing stands
// where it stood. Only the latest of each of its subscriptions can be voided, and
// no paid one; those are corrected by a credit. A number that was given stays with it.
func (s Service) Void(ctx context.Context, by audit.Actor, st Step) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		i, err := locked(ctx, tx, st.ID, st.Version)
		if err != nil {
			return err
		}
		subs, err := coveredBy(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		if err := voidable(ctx, tx, i, subs); err != nil {
			return err
		}
		if err := s.restore(ctx, tx, by, i, subs); err != nil {
			return err
		}
		err = tx.Exec(`UPDATE invoices SET state = 'void', voided_at = ?, void_reason = ?, version = version + 1 WHERE id = ?`, s.Clock.Now(), st.Reason, i.ID).Error
		if err != nil {
			return fmt.Errorf("void invoice %s: %w", i.ID, err)
		}
		return s.told(ctx, tx, by, "invoice.voided", i, map[string]any{"state": Void, "reason": st.Reason, "subscriptions": len(subs)})
	})
}

// coveredBy locks the subscriptions of an invoice, in the order of their ids.
func coveredBy(ctx context.Context, tx *gorm.DB, id uuid.UUID) ([]covered, error) {
	var subs []covered
	err := tx.WithContext(ctx).Raw(`
		SELECT v.subscription_id, coalesce(nullif(s.product_name, ''), s.external_id) AS name, v.through_before, v.through_after, s.billed_through,
		       EXISTS (SELECT FROM invoice_coverage n JOIN invoices j ON j.id = n.invoice_id AND j.state <> 'void'
		               WHERE n.subscription_id = s.id AND j.seq > i.seq) AS newer
		FROM invoice_coverage v JOIN invoices i ON i.id = v.invoice_id JOIN subscriptions s ON s.id = v.subscription_id
		WHERE v.invoice_id = ? ORDER BY s.id FOR NO KEY UPDATE OF s`, id).Scan(&subs).Error
	if err != nil {
		return nil, fmt.Errorf("subscriptions of invoice %s: %w", id, err)
	}
	return subs, nil
}

// voidable refuses with the reason and the way out.
func voidable(ctx context.Context, tx *gorm.DB, i Invoice, subs []covered) error {
	switch i.State {
	case Void:
		return errs.Newf(errs.Conflict, "%s is void already. Nothing was changed.", i.Called())
	case Paid:
		return errs.Newf(errs.Conflict, "%s is paid, so it stays. Correct it by a credit; nothing was changed.", i.Called())
	}
	for _, c := range subs {
		switch {
		case c.Newer:
			return errs.Newf(errs.Conflict, "A later invoice has %s too, so this one stays. Void the later one first, or correct this one by a credit; nothing was changed.", c.Name)
		case c.BilledThrough != c.ThroughAfter:
			return errs.Newf(errs.Conflict, "The billing of %s stands at %s since, not at %s: a cut-over moved it. Undo that first, or correct the invoice by a credit; nothing was changed.",
				c.Name, c.BilledThrough, c.ThroughAfter)
		}
	}
	return unmoved(ctx, tx, i)
}

// unmoved refuses while other records rest on the invoice: a credit, or history that
// went to another subscription, whose billing goes on where this one's ended.
func unmoved(ctx context.Context, tx *gorm.DB, i Invoice) error {
	var credits, copies int
	err := tx.WithContext(ctx).Raw(`SELECT (SELECT count(*) FROM invoices WHERE credits_id = @id AND state <> 'void'),
		(SELECT count(*) FROM license_change_status st JOIN license_changes c ON c.id = st.change_id
		 WHERE st.invoice_id = @id AND NOT EXISTS (SELECT FROM invoice_coverage v WHERE v.invoice_id = @id AND v.subscription_id = c.subscription_id))
		+ (SELECT count(*) FROM invoice_coverage v JOIN reassignments r ON r.source_id = v.subscription_id AND r.undone_at IS NULL
		   WHERE v.invoice_id = @id AND (r.made_at >= @drafted OR v.through_after > coalesce(r.ended_on, r.switch_on)))`,
		map[string]any{"id": i.ID, "drafted": i.DraftedAt}).Row().Scan(&credits, &copies)
	switch {
	case err != nil:
		return fmt.Errorf("what rests on invoice %s: %w", i.ID, err)
	case credits > 0:
		return errs.Newf(errs.Conflict, "%s has a credit. Void the credit first; nothing was changed.", i.Called())
	case copies > 0:
		return errs.Newf(errs.Conflict, "History on %s was reassigned to another subscription. Undo that first, or correct the invoice by a credit; nothing was changed.", i.Called())
	}
	return nil
}

func (s Service) restore(ctx context.Context, tx *gorm.DB, by audit.Actor, i Invoice, subs []covered) error {
	var rows []uuid.UUID
	if err := tx.Raw(`SELECT change_id FROM license_change_status WHERE invoice_id = ?`, i.ID).Scan(&rows).Error; err != nil {
		return fmt.Errorf("rows of invoice %s: %w", i.ID, err)
	}
	open, none := ledger.Open, uuid.NullUUID{}
	if _, err := (ledger.Mark{By: by, Why: i.Called() + " was voided", Billing: &open, Invoice: &none}).Apply(ctx, tx, rows); err != nil {
		return err
	}
	if err := tx.Exec(`UPDATE invoice_lines SET live = false WHERE invoice_id = ?`, i.ID).Error; err != nil {
		return fmt.Errorf("lines of invoice %s: %w", i.ID, err)
	}
	back := make([]subscription.Billed, len(subs))
	for n, c := range subs {
		back[n] = subscription.Billed{ID: c.SubscriptionID, Through: c.ThroughBefore}
	}
	return subscription.SetBilled(ctx, tx, back)
}
