package subscriptions_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"seatledger/internal/distributor"
	"seatledger/internal/workbook"
)

func TestTheWorkbookHasTheRowsOfTheCSVWithTheirTypes(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.sync(d.provider, d.account, record("S-1", func(r *distributor.Subscription) {
		r.UnitCost, r.Quantity = decimal.NewNullDecimal(dec("1234.500000")), 1000
	}), record("S-2", func(r *distributor.Subscription) { r.ProductName = "=2+5" }), record("S-3"))
	csv := d.file("/subscriptions.csv?sort=external_id&state=active")
	w := d.do(httptest.NewRequest(http.MethodGet, "/subscriptions.xlsx?sort=external_id&state=active", nil),
		http.StatusOK)
	if got := w.Header().Get("Content-Type"); !strings.HasSuffix(got, "spreadsheetml.sheet") ||
		!strings.Contains(w.Header().Get("Content-Disposition"), `"subscriptions.xlsx"`) {
		t.Errorf("it comes as %s, %s", got, w.Header().Get("Content-Disposition"))
	}
	f, err := excelize.OpenReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows("Subscriptions")
	if err != nil || len(rows) != len(csv)+1 {
		t.Fatalf("%d rows for %d of the CSV, %v", len(rows), len(csv), err)
	}
	column := map[string]string{}
	for i, name := range rows[0] {
		column[name], _ = excelize.ColumnNumberToName(i + 1)
	}
	for i, r := range csv {
		at := func(name string) string {
			cell, _ := f.GetCellValue("Subscriptions", column[name]+string(rune('2'+i)))
			return cell
		}
		for _, name := range []string{"external_id", "quantity", "unit_cost", "start_date", "crm_account", "state"} {
			if at(name) != r[name] {
				t.Errorf("%s of %s is %q, and %q in the CSV", name, r["external_id"], at(name), r[name])
			}
		}
	}
	types := map[string]excelize.CellType{}
	for _, name := range []string{"quantity", "unit_cost", "start_date", "product", "moved"} {
		types[name], _ = f.GetCellType("Subscriptions", column[name]+"3")
	}
	if types["quantity"] != excelize.CellTypeUnset || types["unit_cost"] != excelize.CellTypeUnset ||
		types["start_date"] != excelize.CellTypeUnset || types["product"] != excelize.CellTypeInlineString ||
		types["moved"] != excelize.CellTypeBool {
		t.Errorf("types %v: numbers and days are numbers, words are text", types)
	}
	if cell, _ := f.GetCellValue("Subscriptions", column["product"]+"3"); cell != "=2+5" {
		t.Errorf("the product reads %q", cell)
	}
	if formula, _ := f.GetCellFormula("Subscriptions", column["product"]+"3"); formula != "" {
		t.Errorf("a text of the distributor runs as %q", formula)
	}
}

func TestMoreRowsThanASheetHoldsAreRefusedAndTheCSVOffered(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.sync(d.provider, d.account, record("S-1"))
	d.exec(`INSERT INTO subscription_counts (provider_id, state, hold_reason, review, kind, vendor, moved, n)
		SELECT provider_id, state, hold_reason, review, kind, vendor, moved, ? FROM subscription_counts LIMIT 1`,
		workbook.MaxRows-1)
	page := d.page(d.do(httptest.NewRequest(http.MethodGet, "/subscriptions.xlsx?state=active", nil),
		http.StatusConflict))
	if text := page.Find(".problem").Text(); !strings.Contains(text, "1,048,575 rows") {
		t.Errorf("it says %q", text)
	}
	if n := page.Find(`.problem a[href="/subscriptions.csv?state=active"]`).Length(); n != 1 {
		t.Errorf("the CSV is offered %d times", n)
	}
	d.do(httptest.NewRequest(http.MethodGet, "/subscriptions.xlsx?state=sideways", nil), http.StatusUnprocessableEntity)
	d.do(httptest.NewRequest(http.MethodGet, "/subscriptions/"+d.id("S-1")+"/prices.xlsx", nil), http.StatusNotFound)
}

func TestColumnsAreChosenOrderedAndWidenedInTheAddress(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.sync(d.provider, d.account, record("S-1"))
	heads := func(address string) string {
		return strings.Join(strings.Fields(d.get(address).Find("thead th:not(.table__tick)").Text()), " ")
	}
	if got := heads("/subscriptions"); strings.Contains(got, "Provider") {
		t.Errorf("a provider that is the only one is shown: %s", got)
	}
	form := d.get("/subscriptions?state=active&choose=columns").Find("form.columns")
	if n := form.Find("input[name=show]:checked").Length(); n != 8 {
		t.Errorf("%d columns are ticked", n)
	}
	w := d.do(httptest.NewRequest(http.MethodGet, "/columns?list=/subscriptions&first=product&query=state%3Dactive"+
		"&show=quantity&place.quantity=3&show=term&place.term=2&width.term=wide&show=contract&width.product=narrow",
		nil),
		http.StatusSeeOther)
	at := w.Header().Get("Location")
	if at != "/subscriptions?columns=product.narrow%2Cterm.wide%2Cquantity%2Ccontract&state=active" {
		t.Errorf("chosen columns lead to %s", at)
	}
	if got := heads(at); got != "ProductTermSeatsContract" {
		t.Errorf("the list shows %s", got)
	}
	page := d.get(at)
	if page.Find("thead th.table__w-wide").Text() == "" || page.Find("td.table__w-wide").Length() == 0 {
		t.Error("a widened column is as wide as before")
	}
	if href := page.Find("thead th.num a").AttrOr("href", ""); !strings.Contains(href, "columns=") {
		t.Errorf("sorting forgets the columns: %s", href)
	}
	if v := page.Find("form[role=search] input[name=columns]").AttrOr("value", ""); !strings.HasPrefix(v,
		"product.narrow,") {
		t.Errorf("a search forgets the columns: %q", v)
	}
	if href := page.Find(`a[href^="/subscriptions.csv"]`).AttrOr("href", ""); strings.Contains(href, "columns") {
		t.Errorf("a file has all columns: %s", href)
	}
	for _, bad := range []string{"nothing", "product,nothing", "quantity.huge", "quantity,quantity", "fingerprint"} {
		d.do(httptest.NewRequest(http.MethodGet, "/subscriptions?columns="+bad, nil), http.StatusUnprocessableEntity)
	}
	for _, out := range []string{"//evil.example", "https://evil.example/", `/\evil.example`} {
		w := d.do(httptest.NewRequest(http.MethodGet, "/columns?show=a&list="+out, nil), http.StatusSeeOther)
		if to := w.Header().Get("Location"); strings.Contains(to, "//") || strings.Contains(to, `\`) {
			t.Errorf("%s leads to %s", out, to)
		}
	}
}
