package letters

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/contract"
	"seatledger/internal/document"
	"seatledger/internal/mail"
	"seatledger/internal/words"
)

// asked is what a mail says beyond its document: what is still to be paid of it and why not all, and how long it is
// overdue.
type asked struct {
	open, paid, credited decimal.Decimal
	days                 int
}

// valuesOf are the fields of a document, as a language writes them. A document without a seller is from who mails it.
func valuesOf(d document.Document, from string, language contract.Language, o asked) map[string]string {
	say := words.For(string(language))
	amount := func(a decimal.Decimal) string { return say.Amount(a, d.Currency) + " " + d.Currency }
	contracts, orders := d.Contract, d.Order
	for _, s := range d.Sections {
		contracts, orders = joined(contracts, s.Contract), joined(orders, s.Order)
	}
	v := map[string]string{
		"document": say.Labels()[string(d.Kind)], "number": d.Number, "issued": say.Date(d.IssuedOn),
		"customer": d.Customer.Name, "contract": contracts, "order": orders, "amount": amount(d.Gross),
		"due": say.Date(d.DueOn), "seller": cmp.Or(d.Seller.Name, from), "corrects": strings.Join(d.Corrects, ", "),
		"reason": d.Reason,
		"open":   amount(o.open), "days": strconv.Itoa(o.days),
		"reference": d.Number,
		"payment":   strings.Join(append(append([]string{}, d.PaymentText...), d.Bank...), "\n"),
	}
	if d.From.Before(d.To) {
		v["period"] = say.Span(d.From, d.To)
	}
	if d.For != "" {
		v["customer"] += " (" + d.For + ")"
	}
	v["pay_to"] = v["seller"]
	if o.paid.IsPositive() {
		v["paid"] = amount(o.paid)
	}
	if o.credited.IsPositive() {
		v["credited"] = amount(o.credited)
	}
	switch {
	case d.Kind == document.CreditNote:
		v["amount"], v["due"], v["payment"] = amount(d.Gross.Neg()), "", ""
	case !d.Gross.IsPositive(), !o.open.IsPositive() && d.Kind == document.Invoice:
		v["due"], v["payment"], v["pay_to"], v["reference"] = "", "", "", ""
	}
	for name := range v {
		if name != "payment" {
			v[name] = mail.Line(v[name])
		}
	}
	return v
}

// joined adds to a list what it lacks.
func joined(list, more string) string {
	switch {
	case more == "" || strings.Contains(", "+list+", ", ", "+more+", "):
		return list
	case list == "":
		return more
	}
	return list + ", " + more
}

// Preview is a template filled with a real document: that of the invoice, or the newest that fits where none is
// named. errs.Invalid when the template could not be filled.
func (s Service) Preview(ctx context.Context, k Key, t Template, invoice uuid.UUID) (Previewed, error) {
	t, err := t.checked(k.Purpose)
	if err != nil {
		return Previewed{}, err
	}
	d, err := s.example(ctx, s.DB.Read(ctx), k, invoice)
	if errors.Is(err, errNone) {
		return Previewed{None: true}, nil
	}
	if err != nil {
		return Previewed{}, err
	}
	from, err := sender(ctx, s.DB.Read(ctx))
	if err != nil {
		return Previewed{}, err
	}
	v := valuesOf(d, from, k.Language, asked{open: d.Gross, days: usualStages[0]})
	return Previewed{Number: d.Number, Template: Template{Subject: fill(t.Subject, v), Body: fill(t.Body, v)}}, nil
}

// sender is who mails, as a reader sees it.
func sender(ctx context.Context, db *gorm.DB) (string, error) {
	srv, _, err := mail.Load(ctx, db)
	return cmp.Or(srv.FromName, srv.FromAddress), err
}

// missing is what a reader of a document would ask: until when to pay, and to whom.
func missing(d document.Document) []string {
	if d.Kind == document.CreditNote || !d.Gross.IsPositive() || d.Kind == document.Statement {
		return nil
	}
	var out []string
	if d.DueOn.IsZero() {
		out = append(out, "It has no due date: the contract says no payment terms.")
	}
	if d.Seller.Name == "" {
		out = append(out, "It names no seller: the company was not entered under Settings, Company, when it was billed.")
	}
	if len(d.PaymentText)+len(d.Bank) == 0 {
		out = append(out, "It does not say how to pay: neither text nor bank stood under Settings, Company.")
	}
	return out
}

// Previewed is a mail as it would be.
type Previewed struct {
	Template
	Number string // of the document that it was filled with
	None   bool   // there is no document yet to fill it with
}

var errNone = errors.New("letters: no document of the kind")

func (s Service) example(ctx context.Context, db *gorm.DB, k Key, invoice uuid.UUID) (document.Document, error) {
	if invoice != uuid.Nil {
		return document.Of(ctx, db, invoice)
	}
	kind := document.Kind(k.Purpose)
	if k.Purpose == ForReminder {
		kind = document.Invoice
	}
	var ids []uuid.UUID
	err := db.WithContext(ctx).Raw(`SELECT i.id FROM invoices i JOIN invoice_documents d ON d.invoice_id = i.id
		WHERE i.state IN ('billed', 'paid') AND d.document->>'kind' = ? ORDER BY i.seq DESC
		LIMIT 1`, kind).Scan(&ids).Error
	if err != nil {
		return document.Document{}, err
	}
	if len(ids) == 0 {
		return document.Document{}, errNone
	}
	return document.Of(ctx, db, ids[0])
}
