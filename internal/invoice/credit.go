package invoice

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/money"
)

// CreditOrder asks for money back for lines of an invoice. No lines: all of them.
type CreditOrder struct {
	InvoiceID uuid.UUID
	Version   int
	Lines     []uuid.UUID
	Again     *bool               // to be billed again, or goodwill; a person says which
	Amount    decimal.NullDecimal // of goodwill: so much, and not all that is left
	Reason    string
}

// CreditLines drafts a credit note with the lines turned around (RULES 8). To be billed
// again: the days are as though never billed, and the next run takes them anew.
// Goodwill: money only, which no later run takes back. Credits of one line together
// never exceed it.
func (s Service) CreditLines(ctx context.Context, by audit.Actor, o CreditOrder) (uuid.UUID, error) {
	if err := o.check(); err != nil {
		return uuid.Nil, err
	}
	var id uuid.UUID
	err := s.DB.InTx(ctx, func(tx *gorm.DB) (err error) {
		if id, err = s.CreditLinesIn(ctx, tx, by, o); err != nil {
			return err
		}
		return s.creditPasses(ctx, tx, by, id, o)
	})
	return id, err
}

// CreditLinesIn is CreditLines as a part of a larger step.
func (s Service) CreditLinesIn(ctx context.Context, tx *gorm.DB, by audit.Actor, o CreditOrder) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	if err := o.check(); err != nil {
		return id, err
	}
	if o.Reason == "" {
		o.Reason = map[bool]string{true: "to be billed again", false: "goodwill"}[*o.Again]
	}
	i, err := Locked(ctx, tx, o.InvoiceID, o.Version)
	if err != nil {
		return id, err
	}
	if i.State != Billed && i.State != Paid || i.Kind == Credit {
		return id, errs.Newf(errs.Conflict, "%s is %s; only a billed or paid invoice is credited. Nothing was changed.",
			i.Called(), i.State)
	}
	subs, err := lockSubscriptions(ctx, tx, i.ID)
	if err != nil {
		return id, err
	}
	lines, err := o.take(ctx, tx, i)
	if err != nil {
		return id, err
	}
	if err := s.writeCredit(ctx, tx, by, id, i, o, lines); err != nil {
		return id, err
	}
	// A page of before does not know of this credit: the same form sent twice is one.
	err = tx.WithContext(ctx).Exec(`UPDATE invoices SET version = version + 1 WHERE id = ?`, i.ID).Error
	if err != nil {
		return id, fmt.Errorf("note the credit of invoice %s: %w", i.ID, err)
	}
	if err := RefreshThrough(ctx, tx, subs); err != nil {
		return id, err
	}
	return id, s.record(ctx, tx, by, "invoice.credited", i,
		map[string]any{"credit": id, "lines": len(lines), "again": *o.Again, "reason": o.Reason})
}

func (o CreditOrder) check() error {
	problems := errs.Fields{}
	switch {
	case o.Again == nil:
		problems.Add("again", "Say whether these days are to be billed again, or whether this is goodwill.")
	case *o.Again && o.Amount.Valid:
		problems.Add("amount", "Only goodwill may name an amount: what is to be billed again is credited whole.")
	case o.Amount.Valid && !o.Amount.Decimal.IsPositive():
		problems.Add("amount", "Enter an amount over 0.")
	}
	return problems.Err()
}

// take gives the lines to credit, each with its share.
func (o CreditOrder) take(ctx context.Context, tx *gorm.DB, i Invoice) ([]Creditable, error) {
	all, err := CreditableLines(ctx, tx, i.ID)
	if err != nil {
		return nil, err
	}
	for _, id := range o.Lines {
		if !slices.ContainsFunc(all, func(l Creditable) bool { return l.ID == id }) {
			return nil, errs.Newf(errs.Invalid, "A line that was chosen does not stand on %s. Open the credit anew and "+
				"choose among its lines; nothing was changed.", i.Called())
		}
	}
	gone := false // of a line that was chosen, nothing is left to credit
	all = slices.DeleteFunc(all, func(l Creditable) bool {
		named := slices.Contains(o.Lines, l.ID)
		out := l.Again || l.Left.IsZero() && !*o.Again
		gone = gone || named && out
		return out || len(o.Lines) > 0 && !named
	})
	if gone && len(all) > 0 {
		return nil, errs.Newf(errs.Conflict, "One of the chosen lines of %s is credited already. Open the credit anew "+
			"and choose among what is left; nothing was changed.", i.Called())
	}
	if len(all) == 0 {
		return nil, errs.Newf(errs.Conflict, "The lines of %s are credited already. Nothing was changed.", i.Called())
	}
	if !o.Amount.Valid {
		return all, nil
	}
	return o.share(all, i.Currency)
}

// share gives an amount of goodwill to the lines in their order, to each at most what is left of it.
func (o CreditOrder) share(all []Creditable, currency string) ([]Creditable, error) {
	rest, sum := o.Amount.Decimal, decimal.Decimal{}
	if !money.Round(rest, currency).Equal(rest) {
		return nil, errs.Fields{"amount": "Enter an amount in whole units of the smallest coin of " + currency +
			"."}.Err()
	}
	var out []Creditable
	for _, l := range all {
		if !l.Left.IsPositive() {
			continue
		}
		sum = sum.Add(l.Left)
		if rest.IsPositive() {
			l.Left = decimal.Min(rest, l.Left)
			rest = rest.Sub(l.Left)
			out = append(out, l)
		}
	}
	if rest.IsPositive() {
		return nil, errs.Fields{"amount": fmt.Sprintf("Of these lines %s %s are left to credit.",
			money.Grouped(sum, currency), currency)}.Err()
	}
	return out, nil
}

func (s Service) writeCredit(ctx context.Context, tx *gorm.DB, by audit.Actor, id uuid.UUID, i Invoice, o CreditOrder,
	lines []Creditable) error {
	total := decimal.Decimal{}
	var rows []map[string]any
	for n, l := range lines {
		total = total.Sub(l.Left)
		rows = append(rows, map[string]any{"of": l.ID, "position": n + 1, "amount": l.Left.Neg()})
	}
	err := tx.WithContext(ctx).Exec(`
		INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start, period_end,
			run_to, after_seq,
			payment_terms, tax_code, credits_id, note, drafted_by, drafted_at)
		SELECT @id, contract_id, crm_account_id, 'credit', 'draft', currency, CAST(@total AS numeric), period_start,
			period_end, run_to,
			(SELECT coalesce(max(seq), 0) FROM license_changes), payment_terms, tax_code, id, @reason, @by,
				CAST(@now AS timestamptz)
		FROM invoices WHERE id = @of`,
		map[string]any{"id": id, "of": i.ID, "total": total, "reason": o.Reason, "by": by.Name,
			"now": s.Clock.Now()}).Error
	if err != nil {
		return fmt.Errorf("credit invoice %s: %w", i.ID, err)
	}
	err = insert(ctx, tx, fmt.Sprintf(`
		INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, typed_line_id, kind, product_name,
			part_number, from_date, to_date, seats,
			quantity, unit_price, price_period, currency, amount, exact, tax_code, credits_line_id, again)
		SELECT gen_random_uuid(), '%s', c.position, l.subscription_id, l.typed_line_id, 'credit', l.product_name,
			l.part_number, l.from_date, l.to_date, -l.seats,
			-l.quantity, l.unit_price, l.price_period, l.currency, c.amount, 0, l.tax_code, l.id, %t
		FROM jsonb_to_recordset(?::jsonb) AS c (of uuid, position integer, amount numeric)
		JOIN invoice_lines l ON l.id = c.of`, id, *o.Again), rows)
	if err != nil || !*o.Again {
		return err
	}
	err = tx.WithContext(ctx).Exec(`UPDATE invoice_lines SET standing = false
		WHERE id IN (SELECT credits_line_id FROM invoice_lines WHERE invoice_id = ?)`, id).Error
	if err != nil {
		return fmt.Errorf("credit invoice %s: %w", i.ID, err)
	}
	return nil
}
