package invoice

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
)

// PaymentFile is the file of a bank or of the accounting system: a row a payment, found by the invoice's number. The
// same row is one payment, however often and in whatever file it comes.
func (s Service) PaymentFile(by audit.Actor) imports.Kind { return paymentFile{s, by} }

type paymentFile struct {
	Service
	by audit.Actor
}

func (paymentFile) Subject() imports.Subject {
	return imports.Subject{Kind: "payments", ObjectType: "invoice_payments", ObjectName: "Payments"}
}

func (paymentFile) Forms() []imports.Form {
	return []imports.Form{{Columns: []imports.Column{
		{Name: "number", Required: true, Holds: imports.ID, Aliases: []string{"invoice", "invoicenumber", "invoiceno",
			"document", "documentnumber", "belegnummer", "rechnungsnummer", "facture", "numero"}},
		{Name: "date", Required: true, Holds: imports.Date, Aliases: []string{"paidon", "paymentdate", "bookingdate",
			"valuedate", "buchungstag", "datum"}},
		{Name: "amount", Required: true, Holds: imports.Amount, Aliases: []string{"paid", "paymentamount", "betrag",
			"montant"}},
		{Name: "currency", Aliases: []string{"waehrung", "devise"}},
		{Name: "reference", Aliases: []string{"text", "purpose", "description", "verwendungszweck", "libelle"}},
		{Name: "sure"},
	}}}
}

// Lock keeps other files of payments out. What a person notes meanwhile is seen under the lock of each invoice, and
// then nothing of the file is noted.
func (paymentFile) Lock(tx *gorm.DB) error {
	return tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('invoice_payments', 0))`).Error
}

// known is a numbered invoice that holds a document.
type known struct {
	Invoice
	Money
	left decimal.Decimal
	hand []Payment // noted by hand; those that no row of the file was found alike to yet
}

func (k paymentFile) Plan(tx *gorm.DB, t imports.Table) (imports.Plan, error) {
	p := payments{file: t.From.ID, today: clock.Today(k.Clock, k.Zone), zone: k.Zone, noted: map[said]string{},
		first: map[said]int{}}
	numbers := postgres.Texts{}
	for _, l := range t.Lines {
		numbers = append(numbers, strings.ToLower(l.Get("number")))
	}
	if err := p.read(tx, numbers); err != nil {
		return imports.Plan{}, err
	}
	plan := imports.Plan{}
	for _, l := range t.Lines {
		plan.Rows = append(plan.Rows, p.row(l))
	}
	plan.Write = func(tx *gorm.DB) error {
		for _, x := range p.takes {
			if _, err := k.ReceiveIn(tx.Statement.Context, tx, k.by, x); err != nil {
				return err
			}
		}
		return nil
	}
	return plan, nil
}

// said is what a row says of a payment, however it is written: 5 is 5.00, and no currency is the invoice's own.
type said struct{ number, date, amount, currency, reference string }

func (p *payments) saidBy(l imports.Line) said {
	s := said{strings.ToLower(l.Get("number")), l.Get("date"), l.Get("amount"), strings.ToUpper(l.Get("currency")),
		strings.ToLower(l.Get("reference"))}
	if sum, ok := money.ParseNumber(s.amount); ok {
		s.amount = money.Plain(sum)
	}
	if x := p.invoices[s.number]; x != nil && s.currency == "" {
		s.currency = x.Currency()
	}
	return s
}

// content names the row for the database, which holds it once.
func (s said) content() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{s.number, s.date, s.amount, s.currency, s.reference}, "\n")))
	return hex.EncodeToString(sum[:])
}

// payments gathers what the rows of a file do.
type payments struct {
	file     uuid.UUID
	today    clock.Date
	zone     *time.Location
	invoices map[string]*known // by number in lower case
	noted    map[said]string   // rows that are payments already, and by whom
	first    map[said]int      // the line on which a row came first
	takes    []Paying
}

func (p *payments) read(tx *gorm.DB, numbers postgres.Texts) error {
	var all []Invoice
	err := tx.Raw(`SELECT * FROM invoices WHERE lower(number_text) = ANY (CAST(? AS text[])) AND document_of IS NULL
		AND number_text <> ''`, numbers).Scan(&all).Error
	if err != nil {
		return fmt.Errorf("invoices of a file of payments: %w", err)
	}
	ids := make([]uuid.UUID, len(all))
	for i, x := range all {
		ids[i] = x.ID
	}
	open, err := MoneyOf(tx.Statement.Context, tx, ids)
	if err != nil {
		return err
	}
	p.invoices = map[string]*known{}
	for _, x := range all {
		p.invoices[strings.ToLower(x.NumberText)] = &known{Invoice: x, Money: open[x.ID], left: open[x.ID].Open()}
	}
	return p.readNoted(tx, ids)
}

// readNoted reads what was noted of the invoices: by files, so that a row is one payment, and by hand, so that a bank's
// row does not count it again.
func (p *payments) readNoted(tx *gorm.DB, ids []uuid.UUID) error {
	var all []struct {
		Payment
		ByHand bool
	}
	err := tx.Raw(`SELECT *, file_row IS NULL AS by_hand FROM invoice_payments
		WHERE invoice_id = ANY (CAST(? AS uuid[])) AND undone_at IS NULL ORDER BY seq`, postgres.IDs(ids)).
		Scan(&all).Error
	if err != nil {
		return fmt.Errorf("payments of the invoices of a file: %w", err)
	}
	of := map[uuid.UUID]*known{}
	for _, x := range p.invoices {
		of[x.Invoice.ID] = x
	}
	for _, x := range all {
		i := of[x.InvoiceID]
		if x.ByHand {
			i.hand = append(i.hand, x.Payment)
			continue
		}
		p.noted[said{strings.ToLower(i.NumberText), x.PaidOn.String(), money.Plain(x.Amount), x.Currency,
			strings.ToLower(x.Reference)}] = x.Actor
	}
	return nil
}

// alike says which payment noted by hand a row perhaps is: of the same invoice and amount. Each stands for one row.
func (p *payments) alike(l imports.Line) (says string) {
	x, amount := p.invoices[strings.ToLower(l.Get("number"))], l.Get("amount")
	sum, ok := money.ParseNumber(amount)
	if x == nil || !ok || slices.Contains([]string{"yes", "true", "1", "on"}, strings.ToLower(l.Get("sure"))) {
		return ""
	}
	at := slices.IndexFunc(x.hand, func(h Payment) bool { return h.Amount.Equal(sum) })
	if at < 0 {
		return ""
	}
	h := x.hand[at]
	x.hand = slices.Delete(x.hand, at, at+1)
	return fmt.Sprintf("Perhaps the same as the payment of %s %s of %s that %s noted by hand, so it is not booked. "+
		"If it is another one, write yes into a column \"sure\" of this row.", money.Grouped(h.Amount, h.Currency),
		h.Currency, h.PaidOn, h.Actor)
}

func (p *payments) row(l imports.Line) imports.Row {
	row := imports.Row{Line: l.Number, Label: imports.Isolated(l.Get("number")), Outcome: imports.Unchanged}
	says := p.saidBy(l)
	if by, noted := p.noted[says]; noted {
		row.Note = "This row is a payment already, noted by " + by + "."
		return row
	}
	if n, twice := p.first[says]; twice {
		row.Note = fmt.Sprintf("It says the same as line %d, and counts once.", n)
		return row
	}
	p.first[says] = l.Number
	if row.Note = p.alike(l); row.Note != "" {
		return row
	}
	x, amount, why := p.payment(l)
	if why != "" {
		return imports.Refuse(l.Number, row.Label, why)
	}
	before := x.left
	x.left = x.left.Sub(amount.Amount.Decimal)
	amount.FileRow, amount.Import = says.content(), p.file
	p.takes = append(p.takes, amount)
	row.Outcome, row.Label = imports.New, x.Called()+", "+x.Currency()
	row.Changes = []imports.Change{{Field: "open", Before: money.Plain(before), After: money.Plain(x.left)}}
	if x.left.IsZero() {
		row.Changes = append(row.Changes, imports.Change{Field: "state", Before: "billed", After: "paid"})
	}
	return row
}

// Currency is that of the document.
func (k known) Currency() string { return k.Money.Currency }

// payment reads a row; why says what is wrong with it.
func (p *payments) payment(l imports.Line) (x *known, out Paying, why string) {
	x = p.invoices[strings.ToLower(l.Get("number"))]
	amount, ok := money.ParseNumber(l.Get("amount"))
	if !ok {
		return nil, out, "The amount cannot be read as a number."
	}
	on, err := clock.ParseDate(l.Get("date"))
	switch {
	case err != nil || on.IsZero():
		return nil, out, "The date cannot be read. Write it as 2026-03-31."
	case on.After(p.today):
		return nil, out, "The date lies ahead; a payment has a day on which it was paid."
	case x == nil:
		return nil, out, "No invoice has this number. Look whether it is written as on the invoice."
	case on.Before(x.payableFrom(p.zone)):
		return nil, out, tooEarly(x.payableFrom(p.zone))
	}
	left := x.left
	switch currency := l.Get("currency"); {
	case currency != "" && !strings.EqualFold(currency, x.Currency()):
		return nil, out, fmt.Sprintf("The payment is in %s, the invoice in %s. Enter by hand what came in %s.",
			strings.ToUpper(currency), x.Currency(), x.Currency())
	case x.State == Paid || x.State == Billed && left.IsZero() && !x.Gross.IsZero():
		return nil, out, fmt.Sprintf("The invoice is paid already; this would be %s too much.", money.Plain(amount))
	case x.State != Billed:
		return nil, out, fmt.Sprintf("The invoice is %s.", x.State)
	case amount.IsZero() || amount.Sign()*left.Sign() < 0:
		return nil, out, fmt.Sprintf("An amount up to what is open, %s, is needed.", money.Plain(left))
	case !money.Round(amount, x.Currency()).Equal(amount):
		return nil, out, "The amount has more decimals than its currency."
	case amount.Abs().GreaterThan(left.Abs()):
		return nil, out, fmt.Sprintf("It is %s more than the %s that are open. "+
			"Enter %s by hand, and settle the rest with "+
			"the customer.", money.Plain(amount.Sub(left).Abs()), money.Plain(left), money.Plain(left))
	}
	return x, Paying{Step: Step{ID: x.Invoice.ID}, Amount: decimal.NewNullDecimal(amount), On: on,
		Reference: l.Get("reference")}, ""
}

// PlanUndo tells which payments of a file would be taken back.
func (k paymentFile) PlanUndo(tx *gorm.DB, importID uuid.UUID) (imports.Undo, error) {
	var rows []struct {
		ID         uuid.UUID
		NumberText string
		State      State
	}
	err := tx.Raw(`SELECT p.id, i.number_text, i.state FROM invoice_payments p JOIN invoices i ON i.id = p.invoice_id
		WHERE p.import_id = ? AND p.undone_at IS NULL ORDER BY p.seq DESC`, importID).Scan(&rows).Error
	if err != nil {
		return imports.Undo{}, fmt.Errorf("payments of a file: %w", err)
	}
	u := imports.Undo{}
	var back []uuid.UUID
	for n, r := range rows {
		if r.State != Billed && r.State != Paid {
			u.Rows = append(u.Rows, imports.Refuse(n+1, r.NumberText,
				"The invoice is "+string(r.State)+", so it stays."))
			continue
		}
		u.Removed++
		back = append(back, r.ID)
	}
	u.Write = func(tx *gorm.DB) error {
		for _, id := range back {
			if err := k.TakeBackIn(tx.Statement.Context, tx, k.by, id); err != nil &&
				errs.KindOf(err) != errs.Conflict {
				return err
			}
		}
		return nil
	}
	return u, nil
}
