package difference

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/money"
)

// Get reads a difference; errs.NotFound where there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Row, error) {
	rows, err := All.Some(ctx, db, "d.id = ?", "d.id", id)
	if err == nil && len(rows) == 0 {
		err = errs.New(errs.NotFound, "There is no such difference.")
	}
	if err != nil {
		return Row{}, err
	}
	return rows[0], nil
}

// Line is a line of the bill that a difference is about.
type Line struct {
	ID                uuid.UUID
	Line, Charge      string
	FromOn, ToOn      clock.Date
	Quantity          decimal.NullDecimal
	UnitPrice         decimal.NullDecimal
	Amount            decimal.Decimal
	Currency          string
	Way, Reasons      string
	Certainty         int
	Answer, AnswerWhy string
	SubscriptionID    uuid.NullUUID
}

// Sale is a line of ours that a difference is about.
type Sale struct {
	ID, InvoiceID    uuid.UUID
	NumberText       string
	State            string // of its invoice
	FromDate, ToDate clock.Date
	Seats            int
	UnitPrice        decimal.Decimal
	PricePeriod      money.Period
	Amount           decimal.Decimal
	Currency         string
}

// Side is a difference with what the bill, the ledger and our invoices say, side by side.
type Side struct {
	Row
	Lines  []Line
	Ledger []history.Span // on the days of the lines
	Sales  []Sale

	ByPerson bool // a person has said which subscription its lines are about

	ordered  int        // orders of seats of the subscription that stand
	billedTo clock.Date // the day after the last that standing lines of the subscription have
}

const mostShown = 200

// Beside reads a difference with all that it is about.
func Beside(ctx context.Context, db *gorm.DB, id uuid.UUID) (s Side, err error) {
	if s.Row, err = Get(ctx, db, id); err != nil {
		return s, err
	}
	db = db.WithContext(ctx)
	err = db.Raw(`SELECT l.id, l.line, l.charge, l.from_on, l.to_on, l.quantity, l.unit_price, l.amount, l.currency,
		m.way,
			m.reasons, m.certainty, m.answer, m.answer_why, m.subscription_id
		FROM difference_lines x JOIN supplier_bill_lines l ON l.id = x.line_id JOIN supplier_matches m
		ON m.bill_id = l.bill_id AND m.line_id = l.id
		WHERE x.difference_id = ? ORDER BY l.place LIMIT ?`, id, mostShown).Scan(&s.Lines).Error
	if err != nil {
		return s, fmt.Errorf("lines of difference %s: %w", id, err)
	}
	if s.takesBack() {
		orders, err := ordered(ctx, db, s.SubscriptionID.UUID)
		if err != nil {
			return s, err
		}
		s.ordered = len(orders)
	}
	err = db.Raw(`SELECT EXISTS (SELECT FROM supplier_keys k JOIN (`+keysOf+`) x ON x.key = k.key
		WHERE k.undone_at IS NULL AND k.provider_id IS NOT DISTINCT FROM CAST(? AS uuid))`, id,
		s.ProviderID).Row().Scan(&s.ByPerson)
	if err != nil {
		return s, fmt.Errorf("matches of difference %s: %w", id, err)
	}
	err = db.Raw(`SELECT l.id, l.invoice_id, i.number_text, i.state, l.from_date, l.to_date, l.seats, l.unit_price,
			l.price_period, l.amount, l.currency
		FROM difference_sales x JOIN invoice_lines l ON l.id = x.invoice_line_id JOIN invoices i ON i.id =
		l.invoice_id
		WHERE x.difference_id = ? ORDER BY l.from_date, l.id LIMIT ?`, id, mostShown).Scan(&s.Sales).Error
	if err != nil {
		return s, fmt.Errorf("invoice lines of difference %s: %w", id, err)
	}
	if !s.SubscriptionID.Valid {
		return s, nil
	}
	h, err := history.One(ctx, db, s.SubscriptionID.UUID)
	if err != nil {
		return s, err
	}
	for _, k := range h.Contracts() {
		s.billedTo = clock.Later(s.billedTo, h.PaidTo(k))
	}
	from, to := s.Days()
	for _, span := range h.Ledger(to) {
		if span.To.After(from) {
			s.Ledger = append(s.Ledger, span)
		}
	}
	return s, nil
}

// Days are from the first to the last day of the lines of either side.
func (s Side) Days() (from, to clock.Date) {
	from, to = s.Since, s.Since.AddDays(1)
	take := func(a, b clock.Date) {
		if !a.IsZero() {
			from = clock.Earlier(from, a)
			to = clock.Later(to, clock.Later(a.AddDays(1), b))
		}
	}
	for _, l := range s.Lines {
		take(l.FromOn, l.ToOn)
	}
	for _, l := range s.Sales {
		take(l.FromDate, l.ToDate)
	}
	return from, to
}
