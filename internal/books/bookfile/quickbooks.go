package bookfile

import (
	"fmt"
	"strings"
)

// quickbooks is the sales invoice import of QuickBooks Online.
var quickbooks = Format{
	System: "quickbooks", Label: "QuickBooks Online", Text: "Sales invoices, one row a line.",
	MostDocuments: 100, MostRows: 999,
	Style: csv,
	Notes: []Note{
		{Text: "Switch on custom transaction numbers in QuickBooks first, or it gives its own numbers and ours are " +
			"lost."},
		{Text: "QuickBooks may take the same number twice: it does not refuse a second import of a file."},
		{Text: "Amounts are without tax. With the form for tax, choose \"exclusive of tax\" in its wizard."},
		{Text: "Invoice import takes no credit notes. Their file has names of columns that the wizard does not " +
			"know, with positive amounts: enter them as credit memos by hand or with a tool of your " +
			"choice.", Unknown: true},
		{Text: "A file holds at most 100 invoices and 1,000 rows with its header. So it is widely said; the page of " +
			"the vendor that says so was not found.", Unknown: true},
		{Text: "There is no column for a currency. Import a file in a currency of its own into customers of that " +
			"currency.",
			Unknown: true},
	},
	Options: []Option{
		{Name: "form", Label: "Form", Default: "us", Choices: []Choice{{"us", "United States: QuickBooks adds the " +
			"sales tax"},
			{"tax", "Elsewhere: each line has its tax"}}},
		{Name: "date", Label: "Dates", Default: "mdy", Choices: dayChoices, Hint: "Choose the same in its wizard."},
	},
	Needs: []Need{
		{Sort: Customer, Label: "Customer", Hint: "Without a code, the name on the document."},
		{Sort: Item, Label: "Product or service", Must: taxForm},
		{Sort: Tax, Label: "Tax code", Must: taxForm},
		{Sort: Class, Label: "Location"},
	},
	Unfit: func(v *Voucher, o Options) string {
		if !taxForm(o) && !v.Doc.Tax.IsZero() {
			return fmt.Sprintf("It has %s %s of tax, and the form for the United States has no column for tax. "+
				"Choose the other form, or have the accounting system add the tax (Settings, Tax).", v.Doc.Tax,
				v.Doc.Currency)
		}
		return ""
	},
	Columns: func(o Options, credit bool) []Column {
		item, amount := "Item(Product/Service)", "*ItemAmount"
		if taxForm(o) {
			item, amount = "*Item(Product/Service)", "ItemAmount"
		}
		columns := []Column{
			{Name: "*InvoiceNo", Kind: Name, Most: 21, Of: number},
			{Name: "*Customer", Kind: Name, Of: quickbooksCustomer},
			{Name: "*InvoiceDate", Kind: Figure, Of: issued},
			{Name: "*DueDate", Kind: Figure, Of: due},
			{Name: "Terms", Of: nothing},
			{Name: "Location", Kind: Name, Of: codeOf(Class)},
			{Name: "Memo", Most: 4000, Of: reference},
			{Name: item, Kind: Name, Of: codeOf(Item)},
			{Name: "ItemDescription", Most: 4000, Of: text},
			{Name: "ItemQuantity", Kind: Figure, Of: quantity},
			{Name: "ItemRate", Kind: Figure, Most: 10, Of: rate},
			{Name: amount, Kind: Figure, Most: 10, Of: net},
		}
		if taxForm(o) {
			columns = append(columns, Column{Name: "ItemTaxCode", Kind: Name, Of: codeOf(Tax)},
				Column{Name: "ItemTaxAmount", Kind: Figure, Most: 10, Of: taxOf})
		} else {
			columns = append(columns, Column{Name: "Service Date", Kind: Figure, Of: from})
		}
		if credit {
			for i := range columns {
				columns[i].Name = strings.NewReplacer("*", "", "Invoice", "CreditMemo").Replace(columns[i].Name)
			}
		}
		return columns
	},
}

func taxForm(o Options) bool { return o["form"] == "tax" }

// quickbooksCustomer is a customer, whose name must not read as that of a sub-customer.
func quickbooksCustomer(r *Row) string {
	name := r.customer()
	if code := r.code(Customer); code == "" && strings.Contains(name, ":") {
		r.job.refuse("QuickBooks reads the colon in %q as a customer with a sub-customer. Enter how it is called "+
			"there.",
			name)
	}
	return name
}

// What many formats have in common.

func nothing(*Row) string      { return "" }
func number(r *Row) string     { return r.V.Doc.Number }
func customer(r *Row) string   { return r.customer() }
func issued(r *Row) string     { return r.date(r.V.Doc.IssuedOn) }
func due(r *Row) string        { return r.date(r.V.due()) }
func from(r *Row) string       { return r.date(r.E.Line.From) }
func reference(r *Row) string  { return r.V.reference() }
func text(r *Row) string       { return r.E.Text }
func quantity(r *Row) string   { return r.number(r.E.Quantity) }
func rate(r *Row) string       { return r.money(r.E.Rate) }
func net(r *Row) string        { return r.money(r.E.Net) }
func taxOf(r *Row) string      { return r.money(r.E.Tax) }
func currencyOf(r *Row) string { return r.V.Doc.Currency }

func codeOf(s Sort) func(*Row) string { return func(r *Row) string { return r.code(s) } }

func fixed(s string) func(*Row) string { return func(*Row) string { return s } }
