package bookfile

import (
	"fmt"

	"github.com/shopspring/decimal"

	"seatledger/internal/document"
	"seatledger/internal/money"
)

// businessCentral is the general journal of Dynamics 365 Business Central.
var businessCentral = Format{
	System: "business-central", Label: "Business Central",
	Text:  "General journal, one row a posting, for Edit in Excel.",
	Style: csv,
	Notes: []Note{
		{Text: "Business Central has no import of invoices from CSV. Open the journal with Edit in Excel and paste " +
			"the rows, or load them with a configuration package."},
		{Text: "The rows of a document come to zero: the customer's, and one for each line on its account. A credit " +
			"note is below zero on the customer's side."},
		{Text: "With the tax in the revenue rows, the accounts need VAT posting groups, which take it out again. " +
			"That journals behave so is our reading; try it with one document first.", Unknown: true},
		{Text: "Business Central checks by default whether a number was used for purchases, not for sales."},
	},
	Options: []Option{
		{Name: "template", Label: "Journal template name", Default: "SALES", Required: true, Check: most(10)},
		{Name: "batch", Label: "Journal batch name", Default: "SEATS", Required: true, Check: most(10)},
		{Name: "home", Label: "Local currency", Hint: "Its column stays empty for this one. As USD.", Required: true,
			Check: isCurrency},
		{Name: "tax_rows", Label: "Tax", Default: "gross", Choices: []Choice{
			{"gross", "In the revenue rows, taken out by VAT posting groups"},
			{"own", "In rows of its own, on the account of its code"}}},
	},
	Needs: []Need{
		{Sort: Customer, Label: "Customer number", Must: always},
		{Sort: Account, Label: "G/L account", Must: always},
		{Sort: Tax, Label: "G/L account of the tax", Must: taxRows},
		{Sort: Class, Label: "Shortcut dimension 1"},
	},
	Unfit: func(v *Voucher, _ Options) string {
		if v.Gross.IsNegative() { // of lines with and without tax
			return fmt.Sprintf("With tax it comes to %s %s, which is the other side than its kind's: an invoice of "+
				"Business Central is above zero, a credit memo below. Book it by hand.", v.Doc.Gross, v.Doc.Currency)
		}
		return ""
	},
	Rows: func(v *Voucher, o Options) []Row {
		sign := decimal.NewFromInt(-1)
		if v.Credit {
			sign = sign.Neg()
		}
		rows := []Row{{Whole: true, Amount: v.Gross.Mul(sign.Neg())}}
		for i := range v.Entries {
			e := &v.Entries[i]
			amount := e.Net
			if !taxRows(o) {
				amount = amount.Add(e.Tax)
			}
			rows = append(rows, Row{E: e, Amount: amount.Mul(sign)})
		}
		if taxRows(o) {
			for _, e := range taxEntries(v) {
				rows = append(rows, Row{E: e, Amount: e.Net.Mul(sign)})
			}
		}
		return posted(rows)
	},
	Columns: func(o Options, _ bool) []Column {
		whole := func(of, other func(*Row) string) func(*Row) string {
			return func(r *Row) string {
				if r.Whole {
					return of(r)
				}
				return other(r)
			}
		}
		return []Column{
			{Name: "Journal Template Name", Kind: Name, Most: 10, Of: fixed(o["template"])},
			{Name: "Journal Batch Name", Kind: Name, Most: 10, Of: fixed(o["batch"])},
			{Name: "Posting Date", Kind: Figure, Of: issued},
			{Name: "Document Type", Kind: Name, Of: func(r *Row) string {
				return map[bool]string{false: "Invoice", true: "Credit Memo"}[r.V.Credit]
			}},
			{Name: "Document No.", Kind: Name, Most: 20, Of: number},
			{Name: "Account Type", Kind: Name, Of: whole(fixed("Customer"), fixed("G/L Account"))},
			{Name: "Account No.", Kind: Name, Most: 20, Of: whole(codeOf(Customer), accountOrTax)},
			{Name: "Description", Most: 100, Of: whole(func(r *Row) string { return r.V.Called() }, text)},
			{Name: "Amount", Kind: Figure, Of: func(r *Row) string { return r.money(r.Amount) }},
			{Name: "Currency Code", Kind: Name, Most: 10, Of: func(r *Row) string {
				if r.V.Doc.Currency == o["home"] {
					return ""
				}
				return r.V.Doc.Currency
			}},
			{Name: "Due Date", Kind: Figure, Of: whole(func(r *Row) string { return r.date(r.V.Doc.DueOn) }, nothing)},
			{Name: "External Document No.", Kind: Name, Most: 35, Of: whole(number, nothing)},
			{Name: "Your Reference", Most: 35, Of: whole(reference, nothing)},
			{Name: "Shortcut Dimension 1 Code", Kind: Name, Most: 20, Of: whole(nothing, func(r *Row) string {
				if ofTax(r.E) {
					return ""
				}
				return r.code(Class)
			})},
		}
	},
}

func taxRows(o Options) bool { return o["tax_rows"] == "own" }

// taxEntries are the taxes of a document as lines of its own.
func taxEntries(v *Voucher) []*Entry {
	var out []*Entry
	for _, t := range v.Doc.Taxes {
		out = append(out, &Entry{Net: v.turned(t.Amount), Text: t.Name + " " + t.Percent.String() + "%",
			Quantity: decimal.NewFromInt(1), Rate: v.turned(t.Amount),
			Line: document.Line{Kind: taxLine, TaxCode: t.Code, TaxName: t.Name, TaxPercent: t.Percent}})
	}
	return out
}

const taxLine = "tax"

func ofTax(e *Entry) bool { return e != nil && e.Line.Kind == taxLine }

// accountOrTax is the account of a row: of revenue, or of the tax that it is.
func accountOrTax(r *Row) string {
	if ofTax(r.E) {
		return r.code(Tax)
	}
	return r.code(Account)
}

// posted leaves out rows that post nothing.
func posted(rows []Row) []Row {
	var out []Row
	for _, r := range rows {
		if !r.Amount.IsZero() {
			out = append(out, r)
		}
	}
	return out
}

func most(n int) func(string) string {
	return func(s string) string {
		if len([]rune(s)) > n {
			return "This has at most " + decimal.NewFromInt(int64(n)).String() + " characters."
		}
		return ""
	}
}

func isCurrency(s string) string {
	if c, ok := money.ParseCurrency(s); !ok || c != s {
		return "Write the currency as three capital letters, like USD."
	}
	return ""
}
