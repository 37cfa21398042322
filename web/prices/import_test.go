package prices_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"seatledger/internal/testkit/htmlcheck"
)

// preview uploads a file and gives the address and the words of its preview.
func (d *desk) preview(list, content string) (string, string) {
	d.Helper()
	where := d.upload(list+"/import", content, http.StatusSeeOther).Header().Get("Location")
	return where, htmlcheck.Text(d.get(where).Find("main"))
}

// set chooses what the file means, as a browser does, and gives the words of the preview.
func (d *desk) set(where string, pairs ...string) string {
	d.Helper()
	v := values(d.get(where).Find("main form").First())
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	d.post(where+"/columns", v, http.StatusSeeOther)
	return htmlcheck.Text(d.get(where).Find("main"))
}

func (d *desk) apply(where string) {
	d.Helper()
	form := d.get(where).Find("main form").First()
	d.post(form.AttrOr("action", ""), values(form), http.StatusSeeOther)
}

// prices are the columns of the list's own file, without the ids.
func (d *desk) prices(list string, columns ...int) []string {
	d.Helper()
	var out []string
	for _, line := range strings.Split(strings.TrimSpace(d.file(list+".csv")), "\r\n")[1:] {
		cells := strings.Split(line, ",")
		var some []string
		for _, c := range columns {
			some = append(some, cells[c])
		}
		out = append(out, strings.Join(some, " "))
	}
	return out
}

// A price has one bound wherever it is typed or read: a line beyond it is refused by name, the others are taken.
func TestAPriceOverTheLimitIsRefusedInThePreviewOfAFile(t *testing.T) {
	t.Parallel()
	d := open(t)
	list := d.newList("Standard")
	where, says := d.preview(list, "part_number,product_name,unit,term,billing_frequency,unit_price,effective_from\n"+
		"PN-1,Huge,month,annual,monthly,10000000000,2026-01-01\n"+
		"PN-2,Huger,month,annual,monthly,99999999999999,2026-01-01\n"+
		"PN-3,High,month,annual,monthly,9999999999.999999,2026-01-01\n")
	for _, want := range []string{"10000000000 is over the limit", "99999999999999 is over the limit",
		"a price is below 10000000000"} {
		if !strings.Contains(says, want) {
			t.Errorf("the preview lacks %q: %s", want, says)
		}
	}
	d.apply(where)
	if file := d.file(list + ".csv"); !strings.Contains(file, "PN-3") || strings.Contains(file, "PN-1") ||
		strings.Contains(file, "PN-2") {
		t.Errorf("the list has %s", file)
	}
}

func TestCellsOfAWorkbookGiveTheirValues(t *testing.T) {
	t.Parallel()
	d := open(t)
	list := d.newList("Standard")
	f := excelize.NewFile()
	defer f.Close()
	style := func(cell string, s excelize.Style) {
		id, _ := f.NewStyle(&s)
		_ = f.SetCellStyle("Sheet1", cell, cell, id)
	}
	code := func(s string) excelize.Style { return excelize.Style{CustomNumFmt: &s} }
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, row := range [][]any{
		{"part_number", "product_name", "unit", "term", "billing_frequency", "unit_price", "effective_from"},
		{"PN-1", "plain", "month", "annual", "monthly", 12.5, day},
		{7, "0000", "month", "annual", "monthly", 1234.5, day},
		{"PN-3", "noise", "month", "annual", "monthly", 10.299999999999999, day.Add(18 * time.Hour)},
	} {
		_ = f.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &row)
	}
	style("A3", code("0000"))
	style("F3", code("#,##0.00"))
	for _, cell := range []string{"G2", "G3", "G4"} {
		style(cell, excelize.Style{NumFmt: 14})
	}
	var b bytes.Buffer
	_ = f.Write(&b)
	where, _ := d.preview(list, b.String())
	d.apply(where)
	want := []string{"0007 1234.5 2026-01-01", "PN-3 10.3 2026-01-01", "PN-1 12.5 2026-01-01"}
	if diff := cmp.Diff(want, d.prices(list, 0, 5, 6)); diff != "" {
		t.Error(diff)
	}
}

func TestDamagedIDsComeInWithANoteEach(t *testing.T) {
	t.Parallel()
	d := open(t)
	list := d.newList("Standard")
	where, text := d.preview(list, "part_number,product_name,unit,term,billing_frequency,unit_price,effective_from\n"+
		"0001234,kept zeros,month,annual,monthly,5,2026-01-01\n1234,another product,month,annual,monthly,6,2026-01-01\n"+
		"5.57E+12,damaged,month,annual,monthly,7,2026-01-01\n3-Mar,damaged,month,annual,monthly,9,2026-01-01\n")
	for _, want := range []string{"Apply 4 new", "Ids that a spreadsheet seems to have damaged: 3",
		"may have lost its leading zeros", "its last digits are lost", "a date that a spreadsheet has made"} {
		if !strings.Contains(text, want) {
			t.Errorf("the preview lacks %q: %s", want, text)
		}
	}
	d.apply(where)
	if diff := cmp.Diff([]string{"1234 6", "3-Mar 9", "5.57E+12 7", "0001234 5"}, d.prices(list, 0, 5)); diff != "" {
		t.Error(diff)
	}
}

func TestAnAmountThatCanMeanTwoThingsIsAskedFor(t *testing.T) {
	t.Parallel()
	d := open(t)
	list := d.newList("Standard")
	where, text := d.preview(list,
		"Artikelnummer;Einheit;Laufzeit;Abrechnung;Preis;Gültig ab\nP-1;year;annual;annual;1.234;01.03.2026\n")
	if !strings.Contains(text, "1.234 in line 2, which can be a decimal sign or one between thousands") ||
		strings.Contains(text, "Apply 1") {
		t.Fatalf("asked nothing: %s", text)
	}
	d.page(d.post(where+"/apply", nil, http.StatusConflict))
	text = d.set(where, "decimal", "comma")
	if !strings.Contains(text, "Amounts are read with a decimal comma") || !strings.Contains(text, "Apply 1 new") {
		t.Fatal(text)
	}
	d.apply(where)
	if diff := cmp.Diff([]string{"P-1 1234 2026-03-01"}, d.prices(list, 0, 5, 6)); diff != "" {
		t.Error(diff)
	}
	_, text = d.preview(list, "Artikelnummer;Einheit;Laufzeit;Abrechnung;Preis;Gültig "+
		"ab\nP-2;year;annual;annual;2.345;01.03.2026\n")
	if !strings.Contains(text, "chosen for such a file before") || !strings.Contains(text, "2345") {
		t.Errorf("not remembered: %s", text)
	}
	if _, text = d.preview(list, "Artikelnummer;Einheit;Laufzeit;Abrechnung;Preis;Gültig "+
		"ab\nP-3;year;annual;annual;2.34;01.03.2026\n"); !strings.Contains(text, "decimal point") {
		t.Errorf("what a file shows goes before what was chosen for another: %s", text)
	}
}

const microsoftHeader = "ChangeIndicator,ProductTitle,ProductId,SkuId,SkuTitle,Publisher,SkuDescription,UnitOfMeasure,TermDuration,BillingPlan,Market,Currency,UnitPrice,PricingTierRangeMin,PricingTierRangeMax,EffectiveStartDate,EffectiveEndDate,Tags,ERP Price,Segment,PreviousValues\n"

func TestMicrosoftsPriceSheetIsRecognisedAndAskedWhatTheListSellsAt(t *testing.T) {
	t.Parallel()
	d := open(t)
	list := d.newList("Commercial")
	line := func(sku, rest string) string {
		return "Unchanged,Sample Office Plan,CFQ7TTC0XX01," + sku +
			",Sample Office Plan,Sample Corp,\"Desktop, web and mail\",," + rest + "\n"
	}
	dates := ",,,2025-04-01T00:00:00.0000000Z,9999-11-30T23:59:59.0000000Z,License,"
	where, text := d.preview(list,
		"\ufeff"+microsoftHeader+line("1", "P1Y,Monthly,US,USD,60.48"+dates+"75.60,Commercial,")+
			line("1", "P1Y,Annual,US,USD,57.60"+dates+"72,Commercial,")+line("000C",
			"P1M,None,US,USD,0"+dates+"0,Commercial,")+line("1", "P1Y,Annual,US,USD,30"+dates+"36,Education,"))
	if !strings.Contains(text, "Choose first: Segment, Prices of this list") {
		t.Fatalf("nothing is asked: %s", text)
	}
	text = d.set(where, "answer.segment", "Commercial", "answer.price", "markup", "answer.markup", "25")
	for _, want := range []string{"Apply 3 new", "your cost plus 25 %", "of another segment than Commercial: 1",
		"Plan None: a trial"} {
		if !strings.Contains(text, want) {
			t.Errorf("the preview lacks %q: %s", want, text)
		}
	}
	d.apply(where)
	want := []string{
		"CFQ7TTC0XX01:0001:P1Y:M month annual monthly 6.3 2025-04-01  5.04 6.3",
		"CFQ7TTC0XX01:0001:P1Y:Y year annual annual 72 2025-04-01  57.6 72",
		"CFQ7TTC0XX01:000C month trial trial 0 2025-04-01  0 0",
	}
	if diff := cmp.Diff(want, d.prices(list, 0, 2, 3, 4, 5, 6, 7, 10, 11)); diff != "" {
		t.Error(diff)
	}
	if text := htmlcheck.Text(d.get(list).Find("main table")); !strings.Contains(text, "cost 5.04, suggested 6.30") {
		t.Error(text)
	}
}

func TestAFileThatBurstsIsRefusedOnTheForm(t *testing.T) {
	t.Parallel()
	d := open(t)
	list := d.newList("Standard")
	page := d.page(d.upload(list+"/import", "part_number\n\""+strings.Repeat("x", 200_000)+"\"\n",
		http.StatusUnprocessableEntity))
	if text := htmlcheck.Text(page.Find("main")); !strings.Contains(text, "Line 2 holds a cell of more than 100 kB") {
		t.Error(text)
	}
}
