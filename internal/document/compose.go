package document

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/company"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/tax"
	"seatledger/internal/words"
)

// composing makes a document of what its source says.
type composing struct {
	source
	Document
	pack     words.Pack
	zone     func(changeRow) clock.Date
	credited map[uuid.UUID]Line // lines of the documents that it corrects, by id
	problems []string           // to be said before billing
	untaxed  []string           // codes without a rate
	at       time.Time
}

// compose makes the document of an invoice from what stands now. Before an invoice has
// its number, it is that of a draft issued today.
func (d Desk) compose(ctx context.Context, db *gorm.DB, id uuid.UUID) (*composing, error) {
	s, err := read(ctx, db, id)
	if err != nil {
		return nil, err
	}
	c := &composing{source: s, pack: words.For(s.Language), at: d.Clock.Now(),
		zone: func(r changeRow) clock.Date { return clock.DateOf(r.RecordedAt, d.Zone) }}
	if c.credited, err = creditedLines(ctx, db, s.corrects); err != nil {
		return nil, err
	}
	c.Document = Document{Language: s.Language, Labels: c.pack.Labels(), Number: s.NumberText,
		IssuedOn: clock.DateOf(c.at, d.Zone), Currency: s.Currency,
		TaxElsewhere: s.taxes.AddedBy == tax.Accounting, Contract: s.Contract, Order: s.Order,
		Reason: s.Note}
	if s.IssuedAt != nil {
		c.IssuedOn = clock.DateOf(*s.IssuedAt, d.Zone)
	}
	c.parties()
	c.due()
	if err := c.takeAll(ctx, db); err != nil {
		return nil, err
	}
	c.sum()
	c.name()
	return c, nil
}

func (c *composing) parties() {
	c.Customer = Party{Name: c.billed.Name, Address: c.billed.Address(), TaxIDs: company.Lines(c.billed.TaxID)}
	c.CustomerID = c.billed.ID
	if c.billed.ID != c.customer.ID {
		c.For = c.customer.Name
	}
	k := c.company
	c.Seller = Party{Name: k.LegalName, Address: company.Lines(k.Address), TaxIDs: company.Lines(k.TaxIDs)}
	c.Bank, c.PaymentText, c.Footer, c.Logo, c.Paper = company.Lines(k.Bank), company.Lines(k.PaymentText), k.Footer,
		k.Logo, string(k.Paper)
	if k.LegalName == "" {
		c.problem("No seller is on it: enter the company under Settings, Company.")
	}
}

func (c *composing) problem(text string, args ...any) {
	text = fmt.Sprintf(text, args...)
	if !slices.Contains(c.problems, text) {
		c.problems = append(c.problems, text)
	}
}

func (c *composing) due() {
	due, ok := contract.ParseDue(c.PaymentTerms)
	if c.DueOn = due.On(c.IssuedOn); !ok {
		c.problem("It has no due date: no day can be reckoned from the payment terms %q. Edit the contract.",
			c.PaymentTerms)
	}
}

// takeAll takes the lines of the invoice, or of all that share the document, each as a section.
func (c *composing) takeAll(ctx context.Context, db *gorm.DB) error {
	ids, err := sharing(ctx, db, c.ID)
	if err != nil || len(ids) == 1 {
		c.take()
		return err
	}
	own := c.source
	for _, id := range ids {
		if c.source, err = read(ctx, db, id); err != nil {
			return err
		}
		before := len(c.Lines)
		c.take()
		s := Section{Invoice: id, Contract: c.source.Contract, Order: c.source.Order, Lines: len(c.Lines) - before}
		for _, l := range c.Lines[before:] {
			s.Net = s.Net.Add(l.Amount)
		}
		if c.billed.ID != c.customer.ID {
			s.For = c.customer.Name
		}
		c.Sections = append(c.Sections, s)
	}
	c.source, c.Document.Contract, c.Document.Order, c.For = own, "", "", ""
	return nil
}

// take turns the stored lines into lines with words and tax.
func (c *composing) take() {
	if len(c.Lines) == 0 {
		c.From, c.To = c.PeriodStart, c.PeriodEnd
	}
	for _, r := range c.lines {
		l := Line{ID: r.ID, Kind: r.Kind, Product: r.ProductName, PartNumber: r.PartNumber, From: r.FromDate,
			To: r.ToDate, Days: r.FromDate.DaysUntil(r.ToDate),
			Seats: r.Seats, UnitPrice: r.UnitPrice, Period: r.PricePeriod, Amount: r.Amount}
		if r.Quantity.Valid {
			l.Quantity = &r.Quantity.Decimal
			c.Labels["seats"] = c.Labels["quantity"]
		}
		l.Words = c.words(r)
		if !c.TaxElsewhere {
			c.tax(&l, r)
		}
		if len(c.Lines) == 0 || l.From.Before(c.From) {
			c.From = l.From
		}
		if len(c.Lines) == 0 || l.To.After(c.To) {
			c.To = l.To
		}
		c.Lines = append(c.Lines, l)
	}
}

// tax gives a line its rate: of the line that it turns around; else the one in force on
// its last day, or on the day of issue where that comes first.
func (c *composing) tax(l *Line, r lineRow) {
	if was, ok := c.credited[r.CreditsLine.UUID]; ok && r.CreditsLine.Valid {
		l.TaxCode, l.TaxName, l.TaxPercent = was.TaxCode, was.TaxName, was.TaxPercent
		return
	}
	code := c.taxes.CodeFor(c.TaxCode, r.PartNumber)
	if r.TaxCode != "" {
		code = r.TaxCode
	}
	day := r.ToDate.AddDays(-1)
	if c.IssuedOn.Before(day) {
		day = c.IssuedOn
	}
	rate, ok := c.taxes.On(code, day)
	switch {
	case ok:
		l.TaxCode, l.TaxName, l.TaxPercent = rate.Code, rate.Name, rate.Percent
	case len(c.taxes.Rates) == 0:
		c.problem("No tax is on it: no code is set up under Settings, Tax.")
	case code == "":
		c.problem("No tax is on it: the contract has no tax code.")
	default:
		c.untaxed = append(c.untaxed, code+" on "+day.String())
		c.problem("The tax code %s has no rate on %s. It is not billed before that is set up under Settings, Tax.",
			code, day)
	}
}

// sum adds up, and reckons each rate on the sum of its lines.
func (c *composing) sum() {
	for _, l := range c.Lines {
		c.Net = c.Net.Add(l.Amount)
		if l.TaxCode == "" {
			continue
		}
		at := slices.IndexFunc(c.Taxes,
			func(t Tax) bool { return t.Code == l.TaxCode && t.Name == l.TaxName && t.Percent.Equal(l.TaxPercent) })
		if at < 0 {
			at = len(c.Taxes)
			c.Taxes = append(c.Taxes, Tax{Code: l.TaxCode, Name: l.TaxName, Percent: l.TaxPercent})
		}
		c.Taxes[at].Base = c.Taxes[at].Base.Add(l.Amount)
	}
	for i := range c.Taxes {
		t := &c.Taxes[i]
		t.Amount = money.Round(t.Base.Mul(t.Percent).Shift(-2), c.Currency)
		c.Document.Tax = c.Document.Tax.Add(t.Amount)
	}
	c.Gross = c.Net.Add(c.Document.Tax)
}

// name says what it is called. What takes money back is a credit note that names what it corrects.
func (c *composing) name() {
	c.Kind = Invoice
	switch {
	case c.source.Kind == "credit" || c.Net.IsNegative():
		c.Kind, c.DueOn = CreditNote, clock.Date{}
		for _, r := range c.corrects {
			c.Corrects = append(c.Corrects, c.called(r))
		}
	case c.TaxElsewhere:
		c.Kind = Statement
	}
}

// called names another document as its own paper does.
func (c *composing) called(r reference) string {
	kind := Kind(r.Kind)
	if kind == "" {
		kind = Invoice
		if c.TaxElsewhere {
			kind = Statement
		}
	}
	return c.Labels[string(kind)] + " " + r.NumberText
}

// refused says why it may not be issued.
func (c *composing) refused() error {
	if len(c.untaxed) == 0 {
		return nil
	}
	slices.Sort(c.untaxed)
	return errs.Newf(errs.Conflict,
		"No rate is set up for the tax code %s, so the tax cannot be reckoned. Nothing was billed; "+
			"add the rate under Settings, Tax, or change the contract's code.",
		strings.Join(slices.Compact(c.untaxed), ", "))
}
