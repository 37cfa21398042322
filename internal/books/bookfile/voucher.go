package bookfile

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/document"
	"seatledger/internal/money"
)

// Voucher is an issued document as the books take it. Its amounts have the sense of its
// kind: those of a credit note are positive where it gives money back.
type Voucher struct {
	Invoice  uuid.UUID     // the one that has the number
	Customer uuid.NullUUID // CRM account that it is made out to; not valid: not known any more
	Doc      document.Document
	Credit   bool
	Entries  []Entry
	Net      decimal.Decimal
	Tax      decimal.Decimal
	Gross    decimal.Decimal
}

// Entry is a line of it.
type Entry struct {
	Line     document.Line
	Contract string
	Order    string
	Net      decimal.Decimal
	Tax      decimal.Decimal // its part of the document's tax of its rate
	Quantity decimal.Decimal // never below zero: the sign is in the rate
	Rate     decimal.Decimal // Quantity x Rate is Net to the smallest coin, whatever the reader rounds
	Text     string          // what it is for, in one line
}

// NewVoucher reads a stored document.
func NewVoucher(invoice uuid.UUID, customer uuid.NullUUID, d document.Document) Voucher {
	v := Voucher{Invoice: invoice, Customer: customer, Doc: d, Credit: d.Kind == document.CreditNote}
	v.Net, v.Tax, v.Gross = v.turned(d.Net), v.turned(d.Tax), v.turned(d.Gross)
	part, left := -1, 0
	for _, l := range d.Lines {
		e := Entry{Line: l, Contract: d.Contract, Order: d.Order, Net: v.turned(l.Amount)}
		for left == 0 && part+1 < len(d.Sections) {
			part++
			left = d.Sections[part].Lines
		}
		if left > 0 {
			e.Contract, e.Order, left = d.Sections[part].Contract, d.Sections[part].Order, left-1
		}
		v.count(&e)
		v.Entries = append(v.Entries, e)
	}
	v.shareTax()
	return v
}

func (v Voucher) turned(a decimal.Decimal) decimal.Decimal {
	if v.Credit {
		return a.Neg()
	}
	return a
}

// count gives a line its quantity and rate. Where seats x price is not its amount, as of a
// part of a month, it is one of the whole, and the text says how many.
func (v Voucher) count(e *Entry) {
	l, digits := e.Line, money.Digits(v.Doc.Currency)
	count := decimal.NewFromInt(int64(l.Seats))
	if l.Quantity != nil {
		count = *l.Quantity
	}
	texts := []string{l.Product}
	price := l.UnitPrice.Round(digits)
	exact := price.Equal(l.UnitPrice) && count.Mul(price).Equal(l.Amount) && !count.IsZero() &&
		count.Equal(count.Round(2))
	e.Quantity, e.Rate = count.Abs(), price
	if e.Net.IsNegative() != price.IsNegative() {
		e.Rate = price.Neg()
	}
	if !exact {
		e.Quantity, e.Rate = decimal.NewFromInt(1), e.Net
		texts[0] += " (" + v.counted(l, count) + ")"
	}
	e.Text = oneLine(strings.Join(append(texts, l.Words...), ", "))
}

func (v Voucher) counted(l document.Line, count decimal.Decimal) string {
	say := v.Doc.Words()
	if l.Quantity == nil {
		return say.Counted(l.Seats, "seats")
	}
	return v.Doc.Label("quantity") + " " + say.Number(count)
}

// shareTax gives each line its part of what its rate comes to. The parts are rounded as
// sums up to a line less the one before it, so that they always make the document's.
func (v Voucher) shareTax() {
	for _, t := range v.Doc.Taxes {
		var base, given decimal.Decimal
		last := -1
		for i := range v.Entries {
			e := &v.Entries[i]
			if !taxedBy(e.Line, t) {
				continue
			}
			base, last = base.Add(e.Net), i
			upTo := money.Round(base.Mul(t.Percent).Shift(-2), v.Doc.Currency)
			e.Tax, given = upTo.Sub(given), upTo
		}
		if last >= 0 {
			v.Entries[last].Tax = v.Entries[last].Tax.Add(v.turned(t.Amount).Sub(given))
		}
	}
}

func taxedBy(l document.Line, t document.Tax) bool {
	return l.TaxCode == t.Code && l.TaxName == t.Name && l.TaxPercent.Equal(t.Percent)
}

// unsound says where a stored document does not add up: nothing of it goes into a file then.
func (v Voucher) unsound() string {
	var net, tax decimal.Decimal
	for _, e := range v.Entries {
		net, tax = net.Add(e.Net), tax.Add(e.Tax)
	}
	if !net.Equal(v.Net) || !tax.Equal(v.Tax) || !v.Net.Add(v.Tax).Equal(v.Gross) {
		return fmt.Sprintf("Its lines come to %s with %s tax, its totals say %s and %s.", net, tax, v.Net, v.Tax)
	}
	return ""
}

// Called names it as its paper does.
func (v Voucher) Called() string { return v.Doc.Title() + " " + v.Doc.Number }

// due is the day it is to be paid; the day of issue where the document names none.
func (v Voucher) due() clock.Date {
	if v.Doc.DueOn.IsZero() {
		return v.Doc.IssuedOn
	}
	return v.Doc.DueOn
}

// orders are the purchase orders of its contracts, each once.
func (v Voucher) orders() string {
	var out []string
	for _, e := range v.Entries {
		if e.Order != "" && !slices.Contains(out, e.Order) {
			out = append(out, e.Order)
		}
	}
	return strings.Join(out, ", ")
}

// reference is the customer's order; of a credit note what it corrects.
func (v Voucher) reference() string {
	if v.Credit {
		return strings.Join(v.Doc.Corrects, ", ")
	}
	return v.orders()
}

// oneLine puts line ends, tabs and other control characters away.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || unicode.IsControl(r) }), " ")
}
