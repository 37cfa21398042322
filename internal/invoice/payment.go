package invoice

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
)

// Payment is money that came for an invoice, or went back by a credit note. It stands on the invoice that holds the
// document.
type Payment struct {
	ID        uuid.UUID
	InvoiceID uuid.UUID
	Amount    decimal.Decimal
	Currency  string
	PaidOn    clock.Date
	Reference string
	At        time.Time
	Actor     string
}

// Paying notes a payment.
type Paying struct {
	Step
	Amount    decimal.NullDecimal // none: all that is open
	On        clock.Date          // zero: today
	Reference string
	FileRow   string    // of a bank's file: the same row is one payment
	Import    uuid.UUID // the file
}

// Money is what a document comes to and what was paid of it.
type Money struct {
	ID       uuid.UUID
	Currency string
	Gross    decimal.Decimal
	Paid     decimal.Decimal
	Credited decimal.Decimal // by credit notes that were billed for it
}

// Open is what is left to be paid.
func (m Money) Open() decimal.Decimal { return m.Gross.Sub(m.Paid) }

// Asked is what the customer is still asked for: what is open, less what was credited of it.
func (m Money) Asked() decimal.Decimal {
	return decimal.Max(decimal.Zero, m.Open().Sub(m.Credited))
}

// MoneyOf is that of some invoices that hold a document.
func MoneyOf(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]Money, error) {
	var rows []Money
	err := db.WithContext(ctx).Raw(`SELECT i.id, i.currency, coalesce(d.gross, i.total) AS gross,
			coalesce((SELECT sum(p.amount) FROM invoice_payments p WHERE p.invoice_id = i.id
			AND p.undone_at IS NULL), 0)
			AS paid,
			coalesce((SELECT sum(-cd.gross) FROM invoices p JOIN invoices c ON c.credits_id = p.id
				AND c.state IN ('billed', 'paid') JOIN invoice_documents cd ON cd.invoice_id = c.id
				WHERE p.id = i.id OR p.document_of = i.id), 0) AS credited
		FROM invoices i LEFT JOIN invoice_documents d ON d.invoice_id = i.id WHERE i.id = ANY (CAST(? AS uuid[]))`,
		postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("what is open of invoices: %w", err)
	}
	out := make(map[uuid.UUID]Money, len(rows))
	for _, m := range rows {
		out[m.ID] = m
	}
	return out, nil
}

// Payments are those that stand of an invoice's document, in the order of their days.
func Payments(ctx context.Context, db *gorm.DB, i Invoice) ([]Payment, error) {
	var all []Payment
	err := db.WithContext(ctx).Raw(`SELECT * FROM invoice_payments WHERE invoice_id = ? AND undone_at IS NULL
		ORDER BY paid_on, seq`, i.lead()).Scan(&all).Error
	return all, err
}

// OpenOf is what is open of an invoice's document.
func OpenOf(ctx context.Context, db *gorm.DB, i Invoice) (Money, error) {
	all, err := MoneyOf(ctx, db, []uuid.UUID{i.lead()})
	return all[i.lead()], err
}

// lead is the invoice that holds the document.
func (i Invoice) lead() uuid.UUID {
	if i.DocumentOf.Valid {
		return i.DocumentOf.UUID
	}
	return i.ID
}

// Receive notes a payment. With it the invoice is paid, and all that stand on its document, when nothing is left open.
func (s Service) Receive(ctx context.Context, by audit.Actor, p Paying) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		_, err := s.ReceiveIn(ctx, tx, by, p)
		return err
	})
}

// ReceiveIn is Receive as a part of a larger step. It gives the payment.
func (s Service) ReceiveIn(ctx context.Context, tx *gorm.DB, by audit.Actor, p Paying) (uuid.UUID, error) {
	i, err := Locked(ctx, tx, p.ID, p.Version)
	if err != nil {
		return uuid.Nil, err
	}
	if i.State != Billed {
		return uuid.Nil, errs.Newf(errs.Conflict, "%s is %s; only a billed invoice can be paid. Nothing was changed.",
			i.Called(), i.State)
	}
	all, err := sharing(ctx, tx, i)
	if err != nil {
		return uuid.Nil, err
	}
	open, err := MoneyOf(ctx, tx, []uuid.UUID{i.lead()})
	if err != nil {
		return uuid.Nil, err
	}
	m := open[i.lead()]
	if !p.Amount.Valid {
		p.Amount = decimal.NewNullDecimal(m.Open())
	}
	if p.On.IsZero() {
		p.On = clock.Today(s.Clock, s.Zone)
	}
	if err := s.fits(i, m, p); err != nil {
		return uuid.Nil, err
	}
	id := uuid.Must(uuid.NewV7())
	if err := s.store(tx, by, id, m, p); err != nil {
		return id, err
	}
	return id, s.settle(ctx, tx, by, all, m, p)
}

// fits refuses what cannot be a payment of an invoice, with what is left open.
func (s Service) fits(i Invoice, m Money, p Paying) error {
	amount, left := p.Amount.Decimal, m.Open()
	switch {
	case p.On.After(clock.Today(s.Clock, s.Zone)):
		return errs.Fields{"paid_on": "Enter the day on which it was paid, not one ahead."}.Err()
	case p.On.Before(i.payableFrom(s.Zone)):
		return errs.Fields{"paid_on": tooEarly(i.payableFrom(s.Zone))}.Err()
	case !money.Round(amount, m.Currency).Equal(amount):
		return errs.Fields{"amount": "Enter an amount in whole units of the smallest coin of " + m.Currency + "."}.Err()
	case amount.IsZero() && !left.IsZero(), amount.Sign()*left.Sign() < 0:
		return errs.Fields{"amount": fmt.Sprintf("Enter an amount up to what is open, %s %s.",
			money.Grouped(left, m.Currency), m.Currency)}.Err()
	case amount.Abs().GreaterThan(left.Abs()):
		return errs.Fields{"amount": fmt.Sprintf("%s %s is %s more than the %s that are open of %s. "+
			"Enter %s, and settle "+
			"the rest with the customer; nothing was changed.", money.Grouped(amount, m.Currency), m.Currency,
			money.Grouped(amount.Sub(left).Abs(), m.Currency), money.Grouped(left, m.Currency), i.Called(),
			money.Grouped(left, m.Currency))}.Err()
	}
	return nil
}

// advance is how many days before its invoice a payment may have come: some customers pay ahead, and a day of
// another year is a slip.
const advance = 180

// payableFrom is the first day on which an invoice may have been paid.
func (i Invoice) payableFrom(zone *time.Location) clock.Date {
	if i.IssuedAt == nil {
		return clock.Date{}
	}
	return clock.DateOf(*i.IssuedAt, zone).AddDays(-advance)
}

func tooEarly(first clock.Date) string {
	return fmt.Sprintf("A payment of it is at most %d days older than the invoice. Enter the day on which it was paid, "+
		"%s or later.", advance, first)
}

func (s Service) store(tx *gorm.DB, by audit.Actor, id uuid.UUID, m Money, p Paying) error {
	if p.Amount.Decimal.IsZero() {
		return nil // an invoice of nothing is paid by nothing
	}
	var row *string
	if p.FileRow != "" {
		row = &p.FileRow
	}
	err := tx.Exec(`INSERT INTO invoice_payments (id, invoice_id, amount, currency, paid_on, reference, file_row,
		import_id, at, actor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, m.ID, p.Amount.Decimal, m.Currency, p.On, p.Reference, row,
		uuid.NullUUID{UUID: p.Import, Valid: p.Import != uuid.Nil}, s.Clock.Now(), by.Name).Error
	if err != nil {
		return fmt.Errorf("payment of invoice %s: %w", m.ID, err)
	}
	return nil
}

// settle marks what stands on a document as paid when nothing is left open.
func (s Service) settle(ctx context.Context, tx *gorm.DB, by audit.Actor, all []Invoice, m Money, p Paying) error {
	left := m.Open().Sub(p.Amount.Decimal)
	after := map[string]any{"amount": p.Amount.Decimal.String(), "currency": m.Currency, "paid_on": p.On.String(),
		"open": left.String()}
	action, state := "invoice.part_paid", Billed
	if left.IsZero() {
		action, state = "invoice.paid", Paid
		after["state"] = Paid
	}
	for _, part := range all {
		err := tx.Exec(`UPDATE invoices SET state = ?, paid_at = CASE WHEN ? = 'paid' THEN ?::timestamptz END,
			version = version + 1 WHERE id = ?`, state, state, s.Clock.Now(), part.ID).Error
		if err != nil {
			return fmt.Errorf("pay invoice %s: %w", part.ID, err)
		}
		if err := s.record(ctx, tx, by, action, part, after); err != nil {
			return err
		}
	}
	return nil
}

// TakeBackIn takes a payment back: what it had paid is open again. Twice is harmless.
func (s Service) TakeBackIn(ctx context.Context, tx *gorm.DB, by audit.Actor, payment uuid.UUID) error {
	var found []Payment
	err := tx.WithContext(ctx).Raw(`SELECT * FROM invoice_payments WHERE id = ? AND undone_at IS NULL`, payment).
		Scan(&found).Error
	if err != nil || len(found) == 0 {
		return err
	}
	i, err := Locked(ctx, tx, found[0].InvoiceID, 0)
	if err != nil {
		return err
	}
	if i.State != Billed && i.State != Paid {
		return errs.Newf(errs.Conflict, "%s is %s, so its payment stays. Nothing was changed.", i.Called(), i.State)
	}
	all, err := sharing(ctx, tx, i)
	if err != nil {
		return err
	}
	done := tx.Exec(`UPDATE invoice_payments SET undone_at = ?, undone_by = ? WHERE id = ? AND undone_at IS NULL`,
		s.Clock.Now(), by.Name, payment)
	if done.Error != nil || done.RowsAffected == 0 {
		return done.Error
	}
	for _, part := range all {
		err := tx.Exec(`UPDATE invoices SET state = 'billed', paid_at = NULL, version = version + 1 WHERE id = ?`,
			part.ID).Error
		if err != nil {
			return fmt.Errorf("payment of invoice %s: %w", part.ID, err)
		}
		if err := s.record(ctx, tx, by, "invoice.payment_taken_back", part, map[string]any{"state": Billed,
			"amount": found[0].Amount.String(), "paid_on": found[0].PaidOn.String()}); err != nil {
			return err
		}
	}
	return nil
}

// Pay notes that a billed invoice was paid today, whole, with all that stand on its document.
func (s Service) Pay(ctx context.Context, by audit.Actor, st Step) error {
	return s.Receive(ctx, by, Paying{Step: st})
}
