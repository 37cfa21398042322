package billing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// CreditOrder asks for money back for lines of an invoice. No lines: all that were not credited yet.
type CreditOrder struct {
	InvoiceID uuid.UUID
	Version   int
	Lines     []uuid.UUID
	Reason    string
}

// CreditLines drafts a credit: an invoice of its own with the lines turned around.
// It corrects money only: the ledger, and where billing stands, stay as they are, so
// the same days are not billed again by themselves. A line is credited once.
func (s Service) CreditLines(ctx context.Context, by audit.Actor, o CreditOrder) (uuid.UUID, error) {
	if o.Reason == "" {
		return uuid.Nil, errs.Fields{"reason": "Say why the money goes back; it stands on the credit."}.Err()
	}
	id := uuid.Must(uuid.NewV7())
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		i, err := locked(ctx, tx, o.InvoiceID, o.Version)
		if err != nil {
			return err
		}
		if i.State != Billed && i.State != Paid || i.Kind == Credit {
			return errs.Newf(errs.Conflict, "%s is %s; only a billed or paid invoice is credited. Nothing was changed.", i.Called(), i.State)
		}
		n, err := s.writeCredit(tx, by, id, i, o)
		if err != nil {
			return err
		}
		return s.told(ctx, tx, by, "invoice.credited", i, map[string]any{"credit": id, "lines": n, "reason": o.Reason})
	})
	return id, err
}

func (s Service) writeCredit(tx *gorm.DB, by audit.Actor, id uuid.UUID, i Invoice, o CreditOrder) (int, error) {
	err := tx.Exec(`INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start, period_end, payment_terms, tax_code, credits_id, note, drafted_by, drafted_at)
		SELECT @id, contract_id, crm_account_id, 'credit', 'draft', currency,
			(SELECT coalesce(-sum(l.amount), 0) FROM invoice_lines l WHERE `+creditable+`), period_start, period_end, payment_terms, tax_code, id, @reason, @by, CAST(@now AS timestamptz)
		FROM invoices WHERE id = @of`, map[string]any{"id": id, "of": i.ID, "reason": o.Reason, "by": by.Name, "now": s.Clock.Now(), "lines": o.ids(), "some": len(o.Lines) > 0}).Error
	if err != nil {
		return 0, fmt.Errorf("credit invoice %s: %w", i.ID, err)
	}
	done := tx.Exec(`INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind, product_name, part_number, from_date, to_date, seats, unit_price, price_period, currency, amount, exact, credits_line_id)
		SELECT gen_random_uuid(), @id, row_number() OVER (ORDER BY l.position), l.subscription_id, 'credit', l.product_name, l.part_number, l.from_date, l.to_date, -l.seats, l.unit_price,
			l.price_period, l.currency, -l.amount, 0, l.id
		FROM invoice_lines l WHERE `+creditable, map[string]any{"id": id, "of": i.ID, "lines": o.ids(), "some": len(o.Lines) > 0})
	if done.Error != nil {
		return 0, fmt.Errorf("credit invoice %s: %w", i.ID, done.Error)
	}
	if n := int(done.RowsAffected); n > 0 {
		return n, nil
	}
	return 0, errs.Newf(errs.Conflict, "The lines of %s are credited already. Nothing was changed.", i.Called())
}

// Lines of the invoice that were asked for and are on no live credit yet.
const creditable = `l.invoice_id = @of AND (NOT @some OR l.id IN (@lines))
	AND NOT EXISTS (SELECT FROM invoice_lines c WHERE c.credits_line_id = l.id AND c.live)`

func (o CreditOrder) ids() []uuid.UUID {
	if len(o.Lines) == 0 {
		return []uuid.UUID{uuid.Nil}
	}
	return o.Lines
}
