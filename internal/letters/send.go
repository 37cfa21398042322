package letters

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/contract"
	"seatledger/internal/document"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/mail"
	"seatledger/internal/words"
)

// Options are what a person says of a sending.
type Options struct {
	To    string // instead of the contract's recipients
	Again bool   // although it was sent, or is on its way
}

// Queued is what became of a wish to send.
type Queued struct {
	Mail  uuid.UUID
	Fresh bool // false: it is in the queue already, or was sent
}

// Send queues the mail of an invoice.
func (s Service) Send(ctx context.Context, by audit.Actor, id uuid.UUID, o Options) (q Queued, err error) {
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		q, err = s.SendIn(ctx, tx, by, id, o)
		return err
	})
	return q, err
}

// SendIn is Send as a part of a larger step, such as a run over many invoices. However often it is called, an invoice
// gets one mail, unless a person says again. What shares a document shares its mail.
func (s Service) SendIn(ctx context.Context, tx *gorm.DB, by audit.Actor, id uuid.UUID, o Options) (Queued, error) {
	lead, err := leadOf(ctx, tx, id)
	if err != nil {
		return Queued{}, err
	}
	if lead.State != invoice.Billed && lead.State != invoice.Paid {
		return Queued{}, errs.Newf(errs.Conflict, "%s is %s; only what was billed is sent. Nothing was sent.",
			lead.Called(), lead.State)
	}
	d, err := document.Of(ctx, tx, lead.ID)
	if err != nil {
		return Queued{}, err
	}
	to, err := recipients(ctx, tx, lead, o.To)
	if err != nil {
		return Queued{}, err
	}
	l, err := s.letter(ctx, tx, lead, d, Purpose(d.Kind), asked{})
	if err != nil {
		return Queued{}, err
	}
	l.To, l.Again = to, o.Again
	id, fresh, err := s.Mail.Queue(ctx, tx, by, l)
	if err != nil || !fresh {
		return Queued{Mail: id}, err
	}
	return Queued{Mail: id, Fresh: true}, audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "invoice.mail_queued",
		ObjectType: "invoice", ObjectID: lead.ID.String(), ObjectName: lead.Called(),
		After: map[string]any{"to": strings.Join(to, ", "), "again": o.Again, "mail": id}})
}

// leadOf is the invoice that has the number and the document of one.
func leadOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (invoice.Invoice, error) {
	i, err := invoice.Get(ctx, db, id)
	if err != nil || !i.DocumentOf.Valid {
		return i, err
	}
	return invoice.Get(ctx, db, i.DocumentOf.UUID)
}

// parts are the invoices on the document of one that has it.
const parts = `(SELECT p.id FROM invoices p WHERE p.id = i.id OR p.document_of = i.id)`

// Recipients are those whom the contracts on a document name.
func Recipients(ctx context.Context, db *gorm.DB, lead uuid.UUID) (string, error) {
	var lists []string
	err := db.WithContext(ctx).Raw(`SELECT k.recipients FROM invoices i JOIN billing_contracts k ON k.id = i.contract_id
		WHERE i.id = ? OR i.document_of = ? ORDER BY i.seq`, lead, lead).Scan(&lists).Error
	if err != nil {
		return "", fmt.Errorf("recipients of invoice %s: %w", lead, err)
	}
	return strings.Join(mail.Addresses(errs.Fields{}, "", strings.Join(lists, ",")), ", "), nil
}

func recipients(ctx context.Context, tx *gorm.DB, lead invoice.Invoice, typed string) ([]string, error) {
	list, problems := typed, errs.Fields{}
	if strings.TrimSpace(typed) == "" {
		var err error
		if list, err = Recipients(ctx, tx, lead.ID); err != nil {
			return nil, err
		}
	}
	to := mail.Addresses(problems, "to", list)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if len(to) == 0 {
		return nil, errs.Newf(errs.Conflict, "The contract of %s names no recipients, so nothing was sent. "+
			"Enter them on the contract, or type an address here.", lead.Called())
	}
	return to, nil
}

func (s Service) letter(ctx context.Context, db *gorm.DB, lead invoice.Invoice, d document.Document, p Purpose,
	o asked) (mail.Letter, error) {
	k := Key{p, contract.Language(d.Language)}
	if k.Language != contract.French {
		k.Language = contract.English
	}
	t, _, err := LoadTemplate(ctx, db, k)
	if err != nil {
		return mail.Letter{}, err
	}
	lines, err := s.withLines(ctx, db, lead.CRMAccountID)
	if err != nil {
		return mail.Letter{}, err
	}
	from, err := sender(ctx, db)
	if err != nil {
		return mail.Letter{}, err
	}
	m, err := moneyOf(ctx, db, lead.ID)
	if err != nil {
		return mail.Letter{}, err
	}
	o.open, o.paid, o.credited = m.Asked(), m.Paid, m.Credited
	v := valuesOf(d, from, k.Language, o)
	if p == ForInvoice && !slices.Contains(namedIn(t.Body), "open") {
		t.Body += lessened(words.For(string(k.Language)), v)
	}
	l := mail.Letter{Kind: mail.Invoice, Invoice: lead.ID, Customer: lead.CRMAccountID, ObjectName: lead.Called(),
		Language: string(k.Language), Subject: fill(t.Subject, v), Body: fill(t.Body, v), LinesCSV: lines}
	if l.Subject == "" {
		l.Subject = d.Title() + " " + d.Number
	}
	if d.Gross.IsPositive() {
		l.Open = decimal.NewNullDecimal(o.open)
	}
	return l, nil
}

// lessened says what was paid or credited already, for a template that does not ask.
func lessened(say words.Pack, v map[string]string) string {
	var out []string
	for _, name := range []string{"paid", "credited"} {
		if v[name] != "" {
			out = append(out, say.Say("mail."+name, v[name]))
		}
	}
	if out == nil {
		return ""
	}
	return "\n\n" + strings.Join(append(out, say.Say("mail.open", v["open"])), " ")
}

func moneyOf(ctx context.Context, db *gorm.DB, lead uuid.UUID) (invoice.Money, error) {
	all, err := invoice.MoneyOf(ctx, db, []uuid.UUID{lead})
	return all[lead], err
}

func (s Service) withLines(ctx context.Context, db *gorm.DB, customer uuid.UUID) (bool, error) {
	r, _, err := LoadRules(ctx, db)
	if err != nil {
		return false, err
	}
	c, err := LoadCustomer(ctx, db, customer)
	return c.LinesCSV == Yes || c.LinesCSV == Usual && r.LinesCSV, err
}
