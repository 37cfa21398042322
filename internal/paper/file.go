package paper

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"strconv"
	"strings"

	"seatledger/internal/document"
	"seatledger/internal/listing"
	"seatledger/internal/money"
)

var unfit = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// FileName is as invoice-2026-0042, without an ending: letters, digits and dashes that every system takes.
func FileName(d document.Document) string {
	return unfit.ReplaceAllString(strings.ReplaceAll(string(d.Kind), "_", "-")+"-"+d.Number, "-")
}

// Header names the columns of a document as rows.
var Header = []string{
	"row", "document", "number", "issued_on", "due_on", "currency", "customer", "corrects", "line", "line_id",
	"product", "part_number", "description",
	"from", "to", "days", "seats", "unit_price", "price_period", "tax_code", "tax_name", "tax_percent", "net",
	"tax", "gross", "contract",
}

// middle is how many columns stand between what names the document and the amounts.
const middle = 14

// Rows is a document as rows: its lines, each tax on its base, and the total. What a spreadsheet would run is safe.
func Rows(d document.Document) [][]string {
	var out [][]string
	amount := money.Plain
	row := func(kind, contract string, cells []string, net, tax, gross string) {
		r := append([]string{kind, string(d.Kind), safe(d.Number), d.IssuedOn.String(), d.DueOn.String(), d.Currency,
			safe(d.Customer.Name), safe(strings.Join(d.Corrects, "; "))}, cells...)
		r = append(r, make([]string, middle-len(cells))...)
		out = append(out, append(r, net, tax, gross, safe(contract)))
	}
	for i, l := range d.Lines {
		percent := ""
		if l.TaxCode != "" {
			percent = amount(l.TaxPercent)
		}
		contract := d.Contract
		if part, _ := Section(d, i); part.Contract != "" {
			contract = part.Contract
		}
		row("line", contract, []string{strconv.Itoa(i + 1), l.ID.String(), safe(l.Product), safe(l.PartNumber),
			safe(strings.Join(l.Words, " | ")), l.From.String(), l.To.String(), strconv.Itoa(l.Days), amount(Count(l)),
			amount(l.UnitPrice), l.Period, safe(l.TaxCode), safe(l.TaxName), percent}, amount(l.Amount), "", "")
	}
	for _, t := range d.Taxes {
		cells := append(make([]string, middle-3), safe(t.Code), safe(t.Name), amount(t.Percent))
		row("tax", d.Contract, cells, amount(t.Base), amount(t.Amount), "")
	}
	row("total", d.Contract, nil, amount(d.Net), amount(d.Tax), amount(d.Gross))
	return out
}

func safe(s string) string { return string(listing.Safe([]byte(s))) }

// CSV is the document's rows as a file.
func CSV(d document.Document) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.Write(Header); err != nil {
		return nil, err
	}
	err := w.WriteAll(Rows(d))
	return b.Bytes(), err
}
