package bookfile

import (
	"strconv"

	"github.com/shopspring/decimal"
)

// neutral is a file of everything that the stored documents say, for a program of one's own.
var neutral = Format{
	System: "neutral", Label: "Neutral CSV", Text: "All that the documents say, one row a line, for a program of " +
		"your own.",
	Style: csv,
	Notes: []Note{{Text: "This form is Seatledger's own: its columns stay once published, and new ones come at the " +
		"end. A row has its part of the tax, and the totals of its document."}},
	Needs: []Need{
		{Sort: Customer, Label: "Customer number"}, {Sort: Account, Label: "Account"}, {Sort: Item, Label: "Item"},
		{Sort: Tax, Label: "Tax code"}, {Sort: Class, Label: "Class"},
	},
	Columns: func(Options, bool) []Column {
		columns := make([]Column, len(fields))
		for i, f := range fields {
			columns[i] = f.Column
		}
		return columns
	},
}

// field is a value of a row that an operator may put into a column of their own.
type field struct {
	Column
	says string
}

// fields are all of them; the neutral file has them in this order.
var fields = []field{
	{Column{Name: "document", Kind: Name, Of: func(r *Row) string { return string(r.V.Doc.Kind) }},
		"invoice, credit_note or statement"},
	{Column{Name: "number", Kind: Name, Of: number}, "number of the document"},
	{Column{Name: "issued_on", Kind: Figure, Of: issued}, "day of issue"},
	{Column{Name: "due_on", Kind: Figure, Of: func(r *Row) string { return r.date(r.V.Doc.DueOn) }}, "day it is due"},
	{Column{Name: "currency", Kind: Name, Of: currencyOf}, "currency"},
	{Column{Name: "customer_code", Kind: Name, Of: codeOf(Customer)}, "code of the customer"},
	{Column{Name: "customer", Kind: Name, Of: func(r *Row) string { return r.V.Doc.Customer.Name }}, "its name"},
	{Column{Name: "customer_id", Kind: Name, Of: func(r *Row) string {
		if !r.V.Customer.Valid {
			return ""
		}
		return r.V.Customer.UUID.String()
	}}, "its id here"},
	{Column{Name: "contract", Of: func(r *Row) string { return r.E.Contract }}, "contract"},
	{Column{Name: "order", Of: func(r *Row) string { return r.E.Order }}, "the customer's purchase order"},
	{Column{Name: "corrects", Of: func(r *Row) string {
		if !r.V.Credit {
			return ""
		}
		return r.V.reference()
	}}, "what a credit note corrects"},
	{Column{Name: "line", Kind: Figure, Of: func(r *Row) string { return strconv.Itoa(r.Place) }},
		"number of the line"},
	{Column{Name: "line_id", Kind: Name, Of: func(r *Row) string { return r.E.Line.ID.String() }}, "its id here"},
	{Column{Name: "product", Of: func(r *Row) string { return r.E.Line.Product }}, "product"},
	{Column{Name: "part_number", Kind: Name, Of: func(r *Row) string { return r.E.Line.PartNumber }}, "part number"},
	{Column{Name: "description", Of: text}, "the line in words"},
	{Column{Name: "from", Kind: Figure, Of: from}, "first day"},
	{Column{Name: "to", Kind: Figure, Of: func(r *Row) string { return r.date(r.E.Line.To) }}, "day after the last"},
	{Column{Name: "quantity", Kind: Figure, Of: quantity}, "quantity"},
	{Column{Name: "rate", Kind: Figure, Of: rate}, "rate: quantity x rate is net"},
	{Column{Name: "net", Kind: Figure, Of: net}, "amount without tax"},
	{Column{Name: "tax_code", Kind: Name, Of: func(r *Row) string { return r.E.Line.TaxCode }},
		"tax code of the document"},
	{Column{Name: "tax_percent", Kind: Figure, Of: func(r *Row) string {
		if r.E.Line.TaxCode == "" {
			return ""
		}
		return r.number(r.E.Line.TaxPercent)
	}}, "percent"},
	{Column{Name: "tax", Kind: Figure, Of: taxOf}, "its part of the tax"},
	{Column{Name: "gross", Kind: Figure, Of: func(r *Row) string { return r.money(r.E.Net.Add(r.E.Tax)) }},
		"amount with tax"},
	{Column{Name: "account", Kind: Name, Of: codeOf(Account)}, "code of the account"},
	{Column{Name: "item", Kind: Name, Of: codeOf(Item)}, "code of the item"},
	{Column{Name: "class", Kind: Name, Of: codeOf(Class)}, "code of the class"},
	{Column{Name: "book_tax_code", Kind: Name, Of: codeOf(Tax)}, "what the system calls the tax"},
	{Column{Name: "document_net", Kind: Figure, Of: whole(func(v *Voucher) decimal.Decimal { return v.Net })},
		"total without tax"},
	{Column{Name: "document_tax", Kind: Figure, Of: whole(func(v *Voucher) decimal.Decimal { return v.Tax })},
		"total tax"},
	{Column{Name: "document_gross", Kind: Figure, Of: whole(func(v *Voucher) decimal.Decimal { return v.Gross })},
		"total with tax"},
}

func whole(of func(*Voucher) decimal.Decimal) func(*Row) string {
	return func(r *Row) string { return r.money(of(r.V)) }
}
