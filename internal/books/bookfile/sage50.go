package bookfile

import (
	"regexp"

	"github.com/shopspring/decimal"
)

// sage50 is the import of audit trail transactions of Sage 50 (UK and Ireland).
var sage50 = Format{
	System: "sage50", Label: "Sage 50", Text: "Audit trail transactions (UK and Ireland), one row a line.",
	Style: Style{Separator: ',', Point: '.', Charset: UTF8, Day: dmy},
	Notes: []Note{
		{Text: "Sage 50 takes no invoices as documents, only their ledger lines: SI for an invoice, SC for a " +
			"credit. Amounts are positive, so a line below zero on an invoice is a row SC with the invoice's number."},
		{Text: "Each row becomes a transaction of its own in Sage."},
		{Text: "The tax of a document is shared among its rows to the penny."},
		{Text: "How long references and details may be, and in what characters the file is read, is not published " +
			"where we looked: nothing is cut. Try UTF-8 first.", Unknown: true},
		{Text: "The rate of a foreign currency is left empty, and what Sage then takes is not known to us.",
			Unknown: true},
	},
	Options: []Option{{Name: "charset", Label: "Characters", Default: string(UTF8), Choices: setChoices}},
	Needs: []Need{
		{Sort: Customer, Label: "Account reference", Must: always},
		{Sort: Account, Label: "Nominal account", Must: always, Hint: "Leading zeros stay."},
		{Sort: Tax, Label: "Tax code", Must: always, Hint: "T0 to T99."},
		{Sort: Class, Label: "Department", Hint: "0 where there is none."},
	},
	Code: func(s Sort, code string) string {
		if s == Tax && !sageTax.MatchString(code) {
			return "Sage 50 has the tax codes T0 to T99."
		}
		return ""
	},
	Rows: func(v *Voucher, _ Options) []Row {
		var rows []Row
		for i := range v.Entries {
			if e := &v.Entries[i]; !e.Net.IsZero() || !e.Tax.IsZero() {
				rows = append(rows, Row{E: e})
			}
		}
		return rows
	},
	Columns: func(Options, bool) []Column {
		return []Column{
			{Name: "Type", Kind: Name, Of: func(r *Row) string {
				if r.V.Credit != sageTurned(r) {
					return "SC"
				}
				return "SI"
			}},
			{Name: "Account Reference", Kind: Name, Of: codeOf(Customer)},
			{Name: "Nominal A/C Ref", Kind: Name, Of: codeOf(Account)},
			{Name: "Department Code", Kind: Name, Of: func(r *Row) string {
				if code := r.code(Class); code != "" {
					return code
				}
				return "0"
			}},
			{Name: "Date", Kind: Figure, Of: issued},
			{Name: "Reference", Kind: Name, Of: number},
			{Name: "Details", Of: text},
			{Name: "Net Amount", Kind: Figure, Of: func(r *Row) string { return r.money(sageAmount(r, r.E.Net)) }},
			{Name: "Tax Code", Kind: Name, Of: codeOf(Tax)},
			{Name: "Tax Amount", Kind: Figure, Of: func(r *Row) string { return r.money(sageAmount(r, r.E.Tax)) }},
			{Name: "Exchange Rate", Of: nothing},
			{Name: "Extra Reference", Of: reference},
			{Name: "User Name", Of: nothing},
			{Name: "Project Refn", Of: nothing},
			{Name: "Cost Code Refn", Of: nothing},
		}
	},
}

var sageTax = regexp.MustCompile(`^T[0-9]{1,2}$`)

// sageTurned tells whether a row goes the other way than its document.
func sageTurned(r *Row) bool { return r.E.Net.Add(r.E.Tax).IsNegative() }

func sageAmount(r *Row, a decimal.Decimal) decimal.Decimal {
	if sageTurned(r) {
		return a.Neg()
	}
	return a
}
