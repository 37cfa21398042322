// Package statement is the account of a customer over some days: what was open before, invoices, credits and
// payments in
// between, and what is open after, each currency by itself. It reads issued invoices and what was noted as paid,
// decides
// nothing, and knows no screen.
package statement

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/company"
	"seatledger/internal/crm"
	"seatledger/internal/document"
	"seatledger/internal/words"
)

// Kind is what an entry is.
type Kind string

// The kinds.
const (
	Invoice Kind = "invoice"
	Credit  Kind = "credit"
	Payment Kind = "payment" // of an invoice, or paid back for a credit note
)

// Entry is one row of an account.
type Entry struct {
	On      clock.Date
	Kind    Kind
	ID      uuid.UUID // of the invoice
	Number  string
	DueOn   clock.Date
	Amount  decimal.Decimal // what the customer owes more by it; less where it is below zero
	Balance decimal.Decimal // after it
}

// Account is one currency.
type Account struct {
	Currency string
	Opening  decimal.Decimal
	Entries  []Entry
	Closing  decimal.Decimal
}

// Statement is the account of one customer over the days [From, To).
type Statement struct {
	Customer document.Party
	Seller   document.Party
	Logo     string
	Paper    string
	Language string
	From, To clock.Date
	MadeOn   clock.Date
	Accounts []Account
}

// Words is the statement's language.
func (s Statement) Words() words.Pack { return words.For(s.Language) }

// Of reads the statement of a customer in a language; empty: that of its default contract, else English.
// errs.NotFound where there is no such customer.
func Of(ctx context.Context, db *gorm.DB, customer uuid.UUID, from, to, today clock.Date, zone *time.Location,
	language string) (Statement, error) {
	s := Statement{From: from, To: to, MadeOn: today, Language: language}
	a, err := crm.Get(ctx, db, customer)
	if err != nil {
		return s, err
	}
	s.Customer = document.Party{Name: a.Name, Address: a.Address(), TaxIDs: company.Lines(a.TaxID)}
	own, _, err := company.Load(ctx, db)
	if err != nil {
		return s, err
	}
	s.Seller = document.Party{Name: own.LegalName, Address: company.Lines(own.Address),
		TaxIDs: company.Lines(own.TaxIDs)}
	s.Logo, s.Paper = own.Logo, string(own.Paper)
	if s.Language == "" {
		err = db.WithContext(ctx).Raw(`SELECT coalesce((SELECT language FROM billing_contracts WHERE crm_account_id = ?
			ORDER BY active DESC, is_default DESC, id LIMIT 1), 'en')`, customer).Row().Scan(&s.Language)
		if err != nil {
			return s, fmt.Errorf("language of customer %s: %w", customer, err)
		}
	}
	return s, s.read(ctx, db, customer, zone)
}

// read takes each document with what it comes to with tax. A void one is on no account; of a shared document the
// invoice that has its number stands for it.
func (s *Statement) read(ctx context.Context, db *gorm.DB, customer uuid.UUID, zone *time.Location) error {
	var rows []struct {
		ID       uuid.UUID
		Number   string
		Currency string
		IssuedAt time.Time
		PaidAt   *time.Time
		DueOn    clock.Date
		Gross    decimal.Decimal
		Credit   bool
	}
	err := db.WithContext(ctx).Raw(`SELECT i.id, i.number_text AS number, i.currency, i.issued_at, i.paid_at, d.due_on,
			d.gross, i.kind = 'credit' OR d.gross < 0 AS credit
		FROM invoices i JOIN invoice_documents d ON d.invoice_id = i.id
		WHERE i.crm_account_id = ? AND i.state IN ('billed', 'paid') AND i.document_of IS NULL
		ORDER BY i.currency, i.issued_at, i.seq`, customer).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("account of customer %s: %w", customer, err)
	}
	payments, err := paymentsOf(ctx, db, customer)
	if err != nil {
		return err
	}
	var order []string
	all := map[string][]Entry{}
	for _, r := range rows {
		if all[r.Currency] == nil {
			order = append(order, r.Currency)
		}
		kind := Invoice
		if r.Credit {
			kind = Credit
		}
		all[r.Currency] = append(all[r.Currency], Entry{On: clock.DateOf(r.IssuedAt, zone), Kind: kind, ID: r.ID,
			Number: r.Number, DueOn: r.DueOn, Amount: r.Gross})
		open := r.Gross
		for _, p := range payments[r.ID] {
			open = open.Sub(p.Amount)
			all[r.Currency] = append(all[r.Currency], Entry{On: p.PaidOn, Kind: Payment, ID: r.ID, Number: r.Number,
				Amount: p.Amount.Neg()})
		}
		if r.PaidAt != nil && !open.IsZero() { // noted as paid before payments had rows
			all[r.Currency] = append(all[r.Currency], Entry{On: clock.DateOf(*r.PaidAt, zone), Kind: Payment, ID: r.ID,
				Number: r.Number, Amount: open.Neg()})
		}
	}
	for _, currency := range order {
		if a := s.account(currency, all[currency]); len(a.Entries) > 0 || !a.Opening.IsZero() {
			s.Accounts = append(s.Accounts, a)
		}
	}
	return nil
}

type payment struct {
	InvoiceID uuid.UUID
	Amount    decimal.Decimal
	PaidOn    clock.Date
}

// paymentsOf are what a customer paid, in parts or whole, by invoice.
func paymentsOf(ctx context.Context, db *gorm.DB, customer uuid.UUID) (map[uuid.UUID][]payment, error) {
	var all []payment
	err := db.WithContext(ctx).Raw(`SELECT p.invoice_id, p.amount, p.paid_on FROM invoice_payments p
		JOIN invoices i ON i.id = p.invoice_id WHERE i.crm_account_id = ? AND p.undone_at IS NULL
		ORDER BY p.seq`, customer).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("payments of customer %s: %w", customer, err)
	}
	out := map[uuid.UUID][]payment{}
	for _, p := range all {
		out[p.InvoiceID] = append(out[p.InvoiceID], p)
	}
	return out, nil
}

// account orders entries by their days, on one day what was billed before what was paid, and says what is open
// before and after each.
func (s *Statement) account(currency string, entries []Entry) Account {
	paid := func(e Entry) int {
		if e.Kind == Payment {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(entries, func(a, b Entry) int {
		return cmp.Or(b.On.DaysUntil(a.On), paid(a)-paid(b))
	})
	a := Account{Currency: currency}
	for _, e := range entries {
		switch {
		case e.On.Before(s.From):
			a.Opening = a.Opening.Add(e.Amount)
			a.Closing = a.Opening
		case e.On.Before(s.To):
			a.Closing = a.Closing.Add(e.Amount)
			e.Balance = a.Closing
			a.Entries = append(a.Entries, e)
		}
	}
	return a
}

// Title names the statement.
func (s Statement) Title() string { return s.Words().Say("account.title") }

// FileName is as statement-contoso-2026-01-01.pdf.
func (s Statement) FileName() string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(s.Customer.Name))
	return "statement-" + strings.Trim(name, "-") + "-" + s.From.String() + ".pdf"
}
