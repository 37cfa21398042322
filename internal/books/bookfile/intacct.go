package bookfile

import (
	"bytes"
	stdcsv "encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// intacct is the import of AR invoices of Sage Intacct, by the header of the operator's own template.
var intacct = Format{
	System: "intacct", Label: "Sage Intacct", Text: "AR invoices by the header of your own template, one row a line.",
	Style: csv,
	Notes: []Note{
		{Text: "Intacct takes only the header of the template of your company. Download it there, and put its first " +
			"row into Header: wrong titles are refused, and a release may change them."},
		{Text: "Choose the same form of dates and the same characters on its import page."},
		{Text: "Each tax of a document is a row of its own, on the account of its code."},
		{Text: "Customers must exist there; their number has at most 17 characters."},
		{Text: "Credits are AR adjustments with a template of their own, which was not found. Their file has the " +
			"same header with positive amounts: it is not for the import of invoices.", Unknown: true},
		{Text: "What its columns are called beyond those of one working program was not found.", Unknown: true},
	},
	Options: []Option{
		{Name: "header", Label: "Header", Default: intacctHeader, Required: true, Long: true,
			Hint: "The first row of your template, with commas."},
		{Name: "own", Label: "Columns of your own", Long: true,
			Hint: "One a row: DUE_DATE = due_on, LOCATION_ID = \"100\", or NOTES = for an empty one."},
		{Name: "date", Label: "Dates", Default: "mdy", Choices: dayChoices},
		{Name: "charset", Label: "Characters", Default: string(UTF8), Choices: setChoices},
	},
	Needs: []Need{
		{Sort: Customer, Label: "Customer id", Must: always},
		{Sort: Account, Label: "GL account", Must: always},
		{Sort: Tax, Label: "GL account of the tax", Must: always},
		{Sort: Class, Label: "Department"},
		{Sort: Item, Label: "Item"},
	},
	Check: func(o Options, problems map[string]string) {
		if _, says := intacctColumns(o); says != "" {
			problems["header"] = says
		}
	},
	Rows: func(v *Voucher, _ Options) []Row {
		rows := eachLine(v)
		for _, e := range taxEntries(v) {
			rows = append(rows, Row{E: e})
		}
		return rows
	},
	Columns: func(o Options, _ bool) []Column {
		columns, _ := intacctColumns(o)
		return columns
	},
}

const intacctHeader = "INVOICE_NO,PO_NO,CUSTOMER_ID,CREATED_DATE,TOTAL_DUE,TERM_NAME,DESCRIPTION,LINE_NO,ACCT_NO," +
	"LOCATION_ID,DEPT_ID,AMOUNT"

// intacctKnown says what stands in the columns of working programs.
var intacctKnown = map[string]string{
	"INVOICE_NO": "number", "PO_NO": "order", "CUSTOMER_ID": "customer_code", "CREATED_DATE": "issued_on",
	"TOTAL_DUE": "document_gross", "TERM_NAME": "", "DESCRIPTION": "description", "LINE_NO": "line",
	"ACCT_NO": "account", "LOCATION_ID": "", "DEPT_ID": "class", "AMOUNT": "net",
	"ARINVOICEITEM_ARACCOUNT": "", "ARINVOICEITEM_CUSTOMERID": "customer_code",
}

// intacctMust are what an invoice cannot be without.
var intacctMust = []string{"number", "customer_code", "issued_on", "account", "net"}

// intacctColumns reads the operator's header; says is what is wrong with it.
func intacctColumns(o Options) (columns []Column, says string) {
	names, says := headerOf(o["header"])
	if says != "" {
		return nil, says
	}
	own, says := ownColumns(o["own"])
	if says != "" {
		return nil, says
	}
	used, seen := map[string]bool{}, map[string]bool{}
	for _, name := range names {
		key := strings.ToUpper(name)
		if seen[key] {
			return nil, fmt.Sprintf("The column %s stands twice in the header, so it is not clear which one Intacct "+
				"reads. Take one out.", name)
		}
		seen[key] = true
		of, ok := own[key]
		if !ok {
			if of, ok = intacctKnown[key]; !ok {
				return nil, fmt.Sprintf("We do not know what stands in the column %s. Say it under Columns of your "+
					"own: %s = one of %s; or = \"a text\", or = for an empty "+
					"one.", name, name, strings.Join(fieldNames(),
					", "))
			}
		}
		column := intacctColumn(of)
		column.Name, used[of] = name, true
		columns = append(columns, column)
	}
	for key := range own {
		if !seen[key] {
			return nil, fmt.Sprintf("Columns of your own has %s, which is not in the header.", key)
		}
	}
	for _, must := range intacctMust {
		if !used[must] {
			return nil, fmt.Sprintf("The header has no column for %s (%s), and an invoice cannot be without.", must,
				fieldOf(must).says)
		}
	}
	return columns, ""
}

func headerOf(header string) (names []string, says string) {
	read := stdcsv.NewReader(bytes.NewReader([]byte(strings.TrimPrefix(strings.TrimSpace(header), "\ufeff"))))
	rows, err := read.ReadAll()
	if err != nil || len(rows) != 1 {
		return nil, "The header is one row of names with commas between them, as it stands in the template."
	}
	for _, name := range rows[0] {
		if name = strings.TrimSpace(name); name == "" {
			return nil, "A column of the header has no name."
		}
		names = append(names, name)
	}
	return names, ""
}

// ownColumns reads NAME = field, NAME = "text" and NAME = by the names in capitals.
func ownColumns(text string) (own map[string]string, says string) {
	own = map[string]string{}
	for row := range strings.Lines(text) {
		if row = strings.TrimSpace(row); row == "" {
			continue
		}
		name, of, ok := strings.Cut(row, "=")
		name, of = strings.ToUpper(strings.TrimSpace(name)), strings.TrimSpace(of)
		fixed := len(of) >= 2 && strings.HasPrefix(of, `"`) && strings.HasSuffix(of, `"`)
		switch {
		case !ok || name == "":
			return nil, fmt.Sprintf("%q says nothing of a column. Write NAME = field, NAME = \"text\", or NAME = "+
				"alone.", row)
		case of != "" && !fixed && !slices.Contains(fieldNames(), of):
			return nil, fmt.Sprintf("%s = %s: there is no such field. There are %s; a text of your own stands in "+
				"quotes.",
				name, of, strings.Join(fieldNames(), ", "))
		}
		if _, twice := own[name]; twice {
			return nil, fmt.Sprintf("Columns of your own has %s twice.", name)
		}
		own[name] = of
	}
	return own, ""
}

func intacctColumn(of string) Column {
	switch {
	case of == "":
		return Column{Of: nothing}
	case strings.HasPrefix(of, `"`):
		return Column{Kind: Name, Of: fixed(of[1 : len(of)-1])}
	case of == "account":
		return Column{Kind: Name, Of: accountOrTax}
	case of == "class", of == "item":
		code := codeOf(Sort(of))
		return Column{Kind: Name, Of: func(r *Row) string {
			if ofTax(r.E) {
				return ""
			}
			return code(r)
		}}
	case of == "line":
		return Column{Kind: Figure, Of: func(r *Row) string { return strconv.Itoa(r.Place) }}
	}
	c := fieldOf(of).Column
	if of == "customer_code" {
		c.Most = 17
	}
	return c
}

// fieldNames are what may stand in a column; the code of a tax is an account here.
func fieldNames() []string {
	var out []string
	for _, f := range fields {
		if f.Name != "book_tax_code" {
			out = append(out, f.Name)
		}
	}
	return out
}

func fieldOf(name string) field {
	return fields[slices.IndexFunc(fields, func(f field) bool { return f.Name == name })]
}
