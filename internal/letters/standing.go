package letters

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/document"
	"seatledger/internal/invoice"
	"seatledger/internal/mail"
)

// standing is all that decides whether somebody may be reminded of an invoice.
type standing struct {
	ID       uuid.UUID
	State    invoice.State
	Kind     string
	Number   string
	Gross    decimal.Decimal
	DueOn    clock.Date
	Reminded int  // the latest stage
	Disputed bool // the customer says so
	Credited bool // a part of it was given back, or is about to be
	Stopped  bool // nobody reminds this customer
	Silent   bool // its mail never arrived, or nobody knows
}

// standingSQL reads the standing of invoices i with their documents d. What is billed together stands together.
const standingSQL = `SELECT i.id, i.state, d.document->>'kind' AS kind, i.number_text AS number, d.gross, d.due_on,
	(SELECT coalesce(max(m.stage), 0) FROM mails m WHERE m.invoice_id = i.id AND m.kind = 'reminder') AS reminded,
	EXISTS (SELECT FROM invoice_disputes x WHERE x.invoice_id IN ` + parts + `) AS disputed,
	(EXISTS (SELECT FROM invoice_lines o JOIN invoice_lines c ON c.credits_line_id = o.id AND c.live
			WHERE o.invoice_id IN ` + parts + `)
		OR EXISTS (SELECT FROM invoices n JOIN invoice_documents nd ON nd.invoice_id = n.id
			CROSS JOIN LATERAL jsonb_array_elements_text(CASE jsonb_typeof(nd.document->'corrects') WHEN 'array'
				THEN nd.document->'corrects' ELSE '[]' END) c
			WHERE n.crm_account_id IN (SELECT p.crm_account_id FROM invoices p WHERE p.id IN ` + parts + `)
				AND n.state IN ('billed', 'paid') AND nd.gross < 0
				AND right(c, length(i.number_text) + 1) = ' ' || i.number_text)) AS credited,
	EXISTS (SELECT FROM invoices p JOIN crm_accounts a ON a.id = p.crm_account_id
		JOIN mail_customers s ON s.no_reminders AND (s.crm_account_id = a.id OR a.bill_to_parent
			AND s.crm_account_id = a.parent_id)
		WHERE p.id IN ` + parts + `) AS stopped,
	coalesce((SELECT m.state IN ('queued', 'sending', 'refused', 'unknown') FROM mails m WHERE m.invoice_id = i.id
		AND m.kind = 'invoice' AND m.state <> 'withdrawn' ORDER BY m.queued_at DESC, m.id DESC LIMIT 1), false)
		AS silent
	FROM invoices i JOIN invoice_documents d ON d.invoice_id = i.id `

// stands reads the standing of one; nothing for what has no document of its own.
func stands(ctx context.Context, db *gorm.DB, id uuid.UUID, lock string) (standing, bool, error) {
	var found []standing
	err := db.WithContext(ctx).Raw(standingSQL+`WHERE i.id = ? `+lock, id).Scan(&found).Error
	if err != nil {
		return standing{}, false, fmt.Errorf("standing of invoice %s: %w", id, err)
	}
	if len(found) == 0 {
		return standing{}, false, nil
	}
	return found[0], true, nil
}

// held says why nobody is reminded of it, or nothing.
func (st standing) held(open decimal.Decimal) string {
	switch {
	case st.State == invoice.Void:
		return "It is void."
	case st.State == invoice.Paid || !open.IsPositive():
		return "It is paid."
	case st.State != invoice.Billed || st.Kind != string(ForInvoice):
		return "It asks for no payment."
	case st.DueOn.IsZero():
		return "It has no due date."
	case st.Disputed:
		return "The customer disputes it."
	case st.Credited:
		return "A part of it was credited, so what is owed is settled by a person."
	case st.Stopped:
		return "Reminders to this customer are stopped."
	case st.Silent:
		return "Its own mail has not arrived, or nobody knows whether it did."
	}
	return ""
}

func (st standing) open(ctx context.Context, db *gorm.DB) (decimal.Decimal, error) {
	m, err := moneyOf(ctx, db, st.ID)
	return m.Asked(), err
}

// Wanted tells mail, in the transaction that hands a mail over, why it is no longer wanted. It holds the invoice, so
// that nobody voids or pays it in between.
func (s Service) Wanted(ctx context.Context, tx *gorm.DB, m mail.Mail) (string, error) {
	if !m.InvoiceID.Valid {
		return readerGone(ctx, tx, m)
	}
	st, found, err := stands(ctx, tx, m.InvoiceID.UUID, "FOR SHARE OF i")
	if err != nil || !found {
		return "It has no document.", err
	}
	if m.Kind == mail.Invoice {
		if st.State == invoice.Void {
			return "It was voided before it was sent.", nil
		}
		return "", nil
	}
	open, err := st.open(ctx, tx)
	return st.held(open), err
}

// Anew is what a mail that waited says now, where it would ask for more or less than is still to be paid: its words
// were fixed when it was queued, and something was paid or credited since. nil: it goes out as it is.
func (s Service) Anew(ctx context.Context, tx *gorm.DB, m mail.Mail) (*mail.Letter, error) {
	if !m.InvoiceID.Valid || !m.Open.Valid {
		return nil, nil
	}
	money, err := moneyOf(ctx, tx, m.InvoiceID.UUID)
	if err != nil || money.Asked().Equal(m.Open.Decimal) {
		return nil, err
	}
	lead, err := invoice.Get(ctx, tx, m.InvoiceID.UUID)
	if err != nil {
		return nil, err
	}
	d, err := document.Of(ctx, tx, lead.ID)
	if err != nil {
		return nil, err
	}
	p, o := Purpose(d.Kind), asked{}
	if m.Kind == mail.Reminder {
		p, o.days = ForReminder, d.DueOn.DaysUntil(s.today())
	}
	l, err := s.letter(ctx, tx, lead, d, p, o)
	return &l, err
}
