package billing

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/typedline"
)

// Void takes an invoice back, whole: its days are unpaid again, or what it credited is
// paid again. Only the latest of each of its subscriptions can be voided, and no paid
// one; those are corrected by a credit. A number that was given stays with it.
func (s Service) Void(ctx context.Context, by audit.Actor, st Step) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.void(ctx, tx, by, st) })
}

func (s Service) void(ctx context.Context, tx *gorm.DB, by audit.Actor, st Step) error {
	i, err := locked(ctx, tx, st.ID, st.Version)
	if err != nil {
		return err
	}
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
		s.Clock.Now(), st.Reason, i.ID).Error
	if err != nil {
		return fmt.Errorf("void invoice %s: %w", i.ID, err)
	}
	if err := RefreshThrough(ctx, tx, subs); err != nil {
		return err
	}
	return s.record(ctx, tx, by, "invoice.voided", i,
		map[string]any{"state": Void, "reason": st.Reason, "subscriptions": len(subs)})
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

// voidable refuses with the reason and the way out.
func voidable(ctx context.Context, tx *gorm.DB, i Invoice) error {
	switch i.State {
	case Void:
		return errs.Newf(errs.Conflict, "%s is void already. Nothing was changed.", i.Called())
	case Paid:
		return errs.Newf(errs.Conflict, "%s is paid, so it stays. Correct it by a credit; nothing was changed.",
			i.Called())
	}
	var later []struct {
		Name   string
		Credit bool
	}
	// Other cycles of a typed line do not rest on one another. Days that went to another subscription are paid on that
	// one's invoices from there on.
	err := tx.WithContext(ctx).Raw(`
		SELECT coalesce(nullif(s.product_name, ''), s.external_id, l.product_name) AS name, j.kind = 'credit' AS credit
		FROM invoice_lines l
		LEFT JOIN reassignments r ON r.source_id = l.subscription_id AND r.undone_at IS NULL
		LEFT JOIN subscriptions s ON s.id = l.subscription_id
		JOIN invoice_lines n ON n.live AND (n.subscription_id IN (l.subscription_id, r.target_id)
			OR n.typed_line_id = l.typed_line_id AND n.from_date < l.to_date AND n.to_date > l.from_date)
		JOIN invoices j ON j.id = n.invoice_id AND j.state <> 'void' AND j.seq > ?
		WHERE l.invoice_id = ? ORDER BY j.seq LIMIT 1`, i.Seq, i.ID).Scan(&later).Error
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

// Redraw makes a draft anew from what is known now, in the old one's place.
func (s Service) Redraw(ctx context.Context, by audit.Actor, st Step) (uuid.UUID, error) {
	var id uuid.UUID
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		i, err := locked(ctx, tx, st.ID, st.Version)
		if err != nil {
			return err
		}
		if i.State != Draft || i.Kind == Credit {
			return errs.Newf(errs.Conflict, "%s is %s; only a draft is drawn anew. Nothing was changed.",
				i.Called(), i.State)
		}
		if err := s.void(ctx, tx, by, Step{ID: i.ID, Reason: "drawn anew"}); err != nil {
			return err
		}
		id, err = s.draft(ctx, tx, by,
			Order{Run: Run{ContractID: i.ContractID, Kind: i.Kind, End: i.RunTo}, Late: true})
		return err
	})
	return id, err
}

// Contradiction is what a draft made now would differ by from one that stands.
type Contradiction struct {
	Fresh Plan
	Says  bool // that it differs
}

// Contradicted compares a draft with a fresh one: what was recorded since may have changed it.
func (s Service) Contradicted(ctx context.Context, i Invoice) (Contradiction, error) {
	var c Contradiction
	if i.State != Draft || i.Kind == Credit {
		return c, nil
	}
	err := s.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		run := Run{ContractID: i.ContractID, Kind: i.Kind, End: i.RunTo, instead: i.ID}
		var err error
		if c.Fresh, err = s.plan(ctx, tx, &run); err != nil {
			return err
		}
		var lines []string
		err = tx.Raw(`SELECT concat_ws(' ', subscription_id, typed_line_id, kind, from_date, to_date,
			coalesce(trim_scale(quantity), seats), trim_scale(unit_price), trim_scale(amount))
			FROM invoice_lines WHERE invoice_id = ? ORDER BY position`, i.ID).Scan(&lines).Error
		c.Says = !c.Fresh.sameLines(lines)
		return err
	})
	// the run could not be made now: nothing to compare with
	if errs.KindOf(err) == errs.Conflict || errs.KindOf(err) == errs.Invalid {
		return Contradiction{}, nil
	}
	return c, err
}

func (p Plan) sameLines(stored []string) bool {
	var now []string
	for _, it := range p.Items {
		for _, l := range it.Lines {
			now = append(now, fmt.Sprint(it.ID, " ", l.Kind, " ", l.Period.From, " ", l.Period.To, " ", l.Seats, " ",
				l.Price.Value.Decimal, " ", l.Amount))
		}
	}
	for _, l := range p.Typed {
		now = append(now, fmt.Sprint(l.ID, " ", Typed, " ", l.Period.From, " ", l.Period.To, " ", l.Quantity, " ",
			l.UnitAmount, " ", l.Amount))
	}
	return slices.Equal(now, stored)
}
