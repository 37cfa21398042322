package invoice

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
	"seatledger/internal/typedline"
)

// Void takes an invoice back, whole: its days are unpaid again, or what it credited is
// paid again. Only the latest of each of its subscriptions can be voided, and no paid
// one; those are corrected by a credit. A number that was given stays with it, and what
// shares its document is void with it. A draft leaves those that it was to go out with.
func (s Service) Void(ctx context.Context, by audit.Actor, st Step) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := s.voidPasses(ctx, tx, by, st); err != nil {
			return err
		}
		return s.VoidIn(ctx, tx, by, st)
	})
}

// VoidIn is Void as a part of a larger step.
func (s Service) VoidIn(ctx context.Context, tx *gorm.DB, by audit.Actor, st Step) error {
	i, err := Locked(ctx, tx, st.ID, st.Version)
	if err != nil {
		return err
	}
	all := []Invoice{i}
	if i.State == Billed { // what is out stays as it is, or is void as a whole
		if all, err = sharing(ctx, tx, i); err != nil {
			return err
		}
	}
	for n := len(all) - 1; n >= 0; n-- {
		if err := s.voidOne(ctx, tx, by, all[n], st.Reason); err != nil {
			return err
		}
	}
	return nil
}

func (s Service) voidOne(ctx context.Context, tx *gorm.DB, by audit.Actor, i Invoice, reason string) error {
	subs, err := lockSubscriptions(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	if err := voidable(ctx, tx, i); err != nil {
		return err
	}
	if err := s.undo(ctx, tx, by, i); err != nil {
		return err
	}
	err = tx.Exec(`UPDATE invoices SET state = 'void', voided_at = ?, void_reason = ?, version = version + 1
		WHERE id = ?`,
		s.Clock.Now(), reason, i.ID).Error
	if err != nil {
		return fmt.Errorf("void invoice %s: %w", i.ID, err)
	}
	if err := RefreshThrough(ctx, tx, subs); err != nil {
		return err
	}
	return s.record(ctx, tx, by, "invoice.voided", i,
		map[string]any{"state": Void, "reason": reason, "subscriptions": len(subs)})
}

// lockSubscriptions locks the subscriptions of an invoice, in the order of their ids.
func lockSubscriptions(ctx context.Context, tx *gorm.DB, id uuid.UUID) ([]uuid.UUID, error) {
	var subs []uuid.UUID
	err := tx.WithContext(ctx).Raw(`SELECT id FROM subscriptions
		WHERE id IN (SELECT subscription_id FROM invoice_lines WHERE invoice_id = ?)
		ORDER BY id FOR NO KEY UPDATE`, id).Scan(&subs).Error
	if err != nil {
		return nil, fmt.Errorf("subscriptions of invoice %s: %w", id, err)
	}
	return subs, nil
}

// Voidable refuses what cannot be voided, with the reason and the way out.
func Voidable(ctx context.Context, db *gorm.DB, i Invoice) error { return voidable(ctx, db, i) }

// voidable refuses with the reason and the way out. What is about to be void too stands in nobody's way.
func voidable(ctx context.Context, tx *gorm.DB, i Invoice, too ...uuid.UUID) error {
	switch i.State {
	case Void:
		return errs.Newf(errs.Conflict, "%s is void already. Nothing was changed.", i.Called())
	case Paid:
		return errs.Newf(errs.Conflict, "%s is paid, so it stays. Correct it by a credit; nothing was changed.",
			i.Called())
	}
	if err := unsent(ctx, tx, i); err != nil {
		return err
	}
	if err := notExported(ctx, tx, i); err != nil {
		return err
	}
	var part bool
	err := tx.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM invoice_payments WHERE invoice_id = ?
		AND undone_at IS NULL)`, i.lead()).Row().Scan(&part)
	if err != nil {
		return fmt.Errorf("payments of invoice %s: %w", i.ID, err)
	}
	if part {
		return errs.Newf(errs.Conflict,
			"A part of %s is paid, so it stays. Correct it by a credit; nothing was changed.",
			i.Called())
	}
	var later []struct {
		Name   string
		Credit bool
	}
	// Other cycles of a typed line do not rest on one another. Days that went to another subscription are paid on that
	// one's invoices from there on.
	err = tx.WithContext(ctx).Raw(`
		SELECT coalesce(nullif(s.product_name, ''), s.external_id, l.product_name) AS name, j.kind = 'credit' AS credit
		FROM invoice_lines l
		LEFT JOIN reassignments r ON r.source_id = l.subscription_id AND r.undone_at IS NULL
		LEFT JOIN subscriptions s ON s.id = l.subscription_id
		JOIN invoice_lines n ON n.live AND (n.subscription_id IN (l.subscription_id, r.target_id)
			OR n.typed_line_id = l.typed_line_id AND n.from_date < l.to_date AND n.to_date > l.from_date)
		JOIN invoices j ON j.id = n.invoice_id AND j.state <> 'void' AND j.seq > ?
			AND j.id <> ALL (CAST(? AS uuid[]))
		WHERE l.invoice_id = ? ORDER BY j.seq LIMIT 1`, i.Seq, postgres.IDs(too), i.ID).Scan(&later).Error
	switch {
	case err != nil:
		return fmt.Errorf("what rests on invoice %s: %w", i.ID, err)
	case len(later) > 0 && later[0].Credit:
		return errs.Newf(errs.Conflict,
			"A later credit has %s too, so this one stays. Void the credit first, or correct this one by a credit; "+
				"nothing was changed.", later[0].Name)
	case len(later) > 0:
		return errs.Newf(errs.Conflict,
			"A later invoice has %s too, so this one stays. Void the later one first, or correct this one by a "+
				"credit; nothing was changed.", later[0].Name)
	}
	switch name, err := typedline.Withdrawn(ctx, tx, i.ID); {
	case err != nil:
		return fmt.Errorf("typed lines of credit %s: %w", i.ID, err)
	case name != "":
		return errs.Newf(errs.Conflict,
			"%s was set aside or ended since this credit gave its money back, so the credit stays. "+
				"Type a new line to charge it; nothing was changed.", name)
	}
	return nil
}

// unsent refuses for what the customer has by mail, or may have.
func unsent(ctx context.Context, tx *gorm.DB, i Invoice) error {
	lead := i.ID
	if i.DocumentOf.Valid {
		lead = i.DocumentOf.UUID
	}
	var states []string
	err := tx.WithContext(ctx).Raw(`SELECT DISTINCT state FROM mails WHERE invoice_id = ?
		AND state IN ('sending', 'sent', 'unknown')`, lead).Scan(&states).Error
	switch {
	case err != nil:
		return fmt.Errorf("mail of invoice %s: %w", i.ID, err)
	case slices.Contains(states, "sent"):
		return errs.Newf(errs.Conflict, "%s was sent, so it stays. Correct it by a credit; nothing was changed.",
			i.Called())
	case len(states) > 0:
		return errs.Newf(errs.Conflict,
			"%s was perhaps sent, so it stays. Correct it by a credit; nothing was changed.",
			i.Called())
	}
	return nil
}

// notExported refuses what is in the books (RULES 8).
func notExported(ctx context.Context, tx *gorm.DB, i Invoice) error {
	var exports []int64
	err := tx.WithContext(ctx).Raw(`SELECT e.number FROM book_export_invoices x JOIN book_exports e ON e.id =
		x.export_id
		WHERE x.invoice_id = ? AND x.taken_back_at IS NULL`, i.ID).Scan(&exports).Error
	if err != nil {
		return fmt.Errorf("exports of invoice %s: %w", i.ID, err)
	}
	if len(exports) == 0 {
		return nil
	}
	return errs.Newf(errs.Conflict, "%s went into the books with export %d, so it stays. Correct it by a credit, or "+
		"take it out of the export first if the file was never imported; nothing was changed.", i.Called(), exports[0])
}

func (s Service) undo(ctx context.Context, tx *gorm.DB, by audit.Actor, i Invoice) error {
	for _, sql := range []string{
		`UPDATE invoice_lines SET live = false, standing = false WHERE invoice_id = ?`,
		// What it credited to be billed again stands again.
		`UPDATE invoice_lines SET standing = true
			WHERE id IN (SELECT credits_line_id FROM invoice_lines WHERE invoice_id = ? AND again)`,
	} {
		if err := tx.WithContext(ctx).Exec(sql, i.ID).Error; err != nil {
			return fmt.Errorf("lines of invoice %s: %w", i.ID, err)
		}
	}
	return ledger.Unsettle(ctx, tx, by, i.Called()+" was voided", i.ID)
}
