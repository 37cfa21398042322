package paper

import (
	"fmt"

	"github.com/shopspring/decimal"

	"seatledger/internal/document"
)

// Fact is a label with its value.
type Fact struct{ Label, Text string }

// Facts are number, days, references and what a credit note corrects; page and paper show the same.
func Facts(d document.Document) []Fact {
	say := d.Words()
	var out []Fact
	add := func(label, text string) {
		if text != "" {
			out = append(out, Fact{d.Label(label), text})
		}
	}
	add("number", d.Number)
	add("date", say.Date(d.IssuedOn))
	add("due", say.Date(d.DueOn))
	add("period", say.Span(d.From, d.To))
	add("order", d.Order)
	add("contract", d.Contract)
	for _, c := range d.Corrects {
		add("corrects", c)
	}
	add("reason", d.Reason)
	return out
}

// Cells are the figures of a line: seats, unit price, rate where there are taxes, amount.
func Cells(d document.Document, l document.Line) []string {
	say := d.Words()
	out := []string{say.Number(Count(l)), say.Amount(l.UnitPrice, d.Currency)}
	if len(d.Taxes) > 0 {
		rate := ""
		if l.TaxCode != "" {
			rate = say.Percent(l.TaxPercent)
		}
		out = append(out, rate)
	}
	return append(out, say.Amount(l.Amount, d.Currency))
}

// Section is that of a line, and whether the line is its first; none where the document is one invoice's.
func Section(d document.Document, line int) (s document.Section, first bool) {
	for _, s := range d.Sections {
		if line < s.Lines {
			return s, line == 0
		}
		line -= s.Lines
	}
	return document.Section{}, false
}

// Heading says over its first line whose part of a shared document begins, and what it comes to.
func Heading(d document.Document, s document.Section) string {
	text := d.Label("contract") + " " + s.Contract
	if s.For != "" {
		text += ", " + d.Label("for") + " " + s.For
	}
	if s.Order != "" {
		text += ", " + d.Label("order") + " " + s.Order
	}
	return text + ": " + d.Words().Amount(s.Net, d.Currency) + " " + d.Currency
}

// Sum is a labelled amount under the lines.
type Sum struct {
	Label  string
	Amount decimal.Decimal
}

// Sums are net, each tax on its base, and the total; without taxes the total only.
func Sums(d document.Document) []Sum {
	say := d.Words()
	switch {
	case d.TaxElsewhere:
		return []Sum{{d.Label("total_net"), d.Net}}
	case len(d.Taxes) == 0:
		return []Sum{{d.Label("total"), d.Net}}
	}
	out := []Sum{{d.Label("net"), d.Net}}
	for _, t := range d.Taxes {
		label := fmt.Sprintf(d.Label("taxed"), t.Name+" "+say.Percent(t.Percent),
			say.Amount(t.Base, d.Currency)+" "+d.Currency)
		out = append(out, Sum{label, t.Amount})
	}
	return append(out, Sum{d.Label("total"), d.Gross})
}

// Remarks are the sentences under the total.
func Remarks(d document.Document) []string {
	say := d.Words()
	var out []string
	if d.TaxElsewhere {
		out = append(out, d.Label("tax_elsewhere"))
	}
	if d.Kind == document.CreditNote {
		out = append(out, d.Label("credited"))
	}
	if !d.MadeOn.IsZero() {
		out = append(out, fmt.Sprintf(d.Label("made_later"), say.Date(d.IssuedOn), say.Date(d.MadeOn)))
	}
	return out
}

// Payment is how and by when to pay; nothing where nothing is to be paid.
func Payment(d document.Document) []string {
	if d.Kind == document.CreditNote || !d.Gross.IsPositive() {
		return nil
	}
	var out []string
	if !d.DueOn.IsZero() {
		out = append(out, fmt.Sprintf(d.Label("pay_by"), d.Words().Date(d.DueOn)))
	}
	return append(append(out, d.PaymentText...), d.Bank...)
}

// Texts are all that a reader sees, to look whether they can be printed.
func Texts(d document.Document) []string {
	out := []string{d.Seller.Name, d.Customer.Name, d.Footer, d.For, d.Contract, d.Order, d.Reason, d.Number}
	for _, list := range [][]string{d.Seller.Address, d.Seller.TaxIDs, d.Customer.Address, d.Customer.TaxIDs, d.Bank,
		d.PaymentText, d.Corrects} {
		out = append(out, list...)
	}
	for _, s := range d.Sections {
		out = append(out, s.Contract, s.For, s.Order)
	}
	for _, l := range d.Lines {
		out = append(append(out, l.Product, l.PartNumber, l.TaxName), l.Words...)
	}
	return out
}

// Count is the seats of a line, or the quantity that was typed.
func Count(l document.Line) decimal.Decimal {
	if l.Quantity != nil {
		return *l.Quantity
	}
	return decimal.NewFromInt(int64(l.Seats))
}

// called is its title with its number.
func called(d document.Document) string {
	if d.Number == "" {
		return d.Title() + " (" + d.Label("draft") + ")"
	}
	return d.Title() + " " + d.Number
}
