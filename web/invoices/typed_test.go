package invoices_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/tax"
	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/typedline"
)

func (d *desk) typeLine(f typedline.Form) {
	d.Helper()
	if err := (typedline.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC}).Add(d.Context(), billtest.Bea,
		d.Contract, f); err != nil {
		d.Fatal(err)
	}
}

func TestARunWithTypedLinesOnlyIsPreviewedBilledAndCredited(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	for _, r := range []tax.RateForm{{Code: "S20", Name: "VAT", Percent: "20", FirstDay: "2020-01-01"},
		{Code: "R5", Name: "Reduced", Percent: "5", FirstDay: "2020-01-01"}} {
		if err := (tax.Service{DB: d.DB.DB, Clock: d.Clock}).AddRate(d.Context(), billtest.Bea, r); err != nil {
			d.Fatal(err)
		}
	}
	d.typeLine(typedline.Form{Text: "Support, gold", Quantity: "2.5", UnitAmount: "40", Every: "cycle",
		From: "2026-03-10", TaxCode: "r5"})
	d.typeLine(typedline.Form{Text: "Setup", UnitAmount: "200", Every: "once", From: "2026-02-20"})
	preview := d.get(d.runs() + "/new?kind=full_cycle&period_end=2026-04-01")
	has(t, htmlcheck.Text(preview.Find("main")), "Typed lines", "Support, gold", "2.5", "100.00", "Setup",
		"before this cycle", "1 line to confirm", "300.00")
	form := preview.Find("main form[method=post]").First()
	v := values(form)
	d.page(d.post(form.AttrOr("action", ""), v, http.StatusUnprocessableEntity)) // the late one was not confirmed
	d.typeLine(typedline.Form{Text: "Forgotten", UnitAmount: "1", Every: "once", From: "2026-03-01"})
	v.Set("earlier", "on")
	stale := d.page(d.post(form.AttrOr("action", ""), v, http.StatusConflict))
	has(t, htmlcheck.Text(stale.Find("main")), "This changed since you looked", "Forgotten")
	form = stale.Find("main form[method=post]").First()
	v = values(form)
	v.Set("earlier", "on")
	where := d.post(form.AttrOr("action", ""), v, http.StatusSeeOther).Header().Get("Location")
	has(t, d.text(where), "Quantity", "Support, gold", "10 Mar 2026 to 31 Mar 2026", "2.5", "Reduced 5%", "VAT 20%",
		"301.00", "346.20")
	d.post(where+"/bill", nil, http.StatusSeeOther)

	rows := d.file("/invoice-lines.csv?invoice=" + strings.TrimPrefix(where, "/invoices/"))
	head := strings.Split(rows[0], ",")
	cell := func(line, column string) string {
		t.Helper()
		row := slices.IndexFunc(rows, func(r string) bool { return strings.Contains(r, line) })
		at := slices.Index(head, column)
		if row < 0 || at < 0 {
			t.Fatalf("no row %s or column %s: %q", line, column, rows)
		}
		return strings.Split(strings.Replace(rows[row], `"Support, gold"`, "Support", 1), ",")[at]
	}
	var got []string
	for _, column := range []string{"subscription_id", "kind", "from", "to", "seats", "unit_price", "price_period",
		"amount", "currency", "product", "tax_code", "quantity"} {
		got = append(got, cell("Support", column))
	}
	if diff := cmp.Diff([]string{"", "typed", "2026-03-10", "2026-04-01", "0", "40", "once", "100", "USD", "Support",
		"R5", "2.5"}, got); diff != "" {
		t.Error(diff)
	}
	if cell("Support", "typed_line_id") == "" || cell("Setup", "tax_code") != "S20" {
		t.Errorf("%q", rows)
	}
	has(t, strings.Join(d.file(where+".csv"), "\n"), `"Support, gold"`, ",2.5,40,once,R5,Reduced,5,100,")
	if pdf := d.do(newGet(where+".pdf"), http.StatusOK).Body.String(); !strings.HasPrefix(pdf, "%PDF") {
		t.Error("no PDF")
	}
	has(t, d.text("/invoice-lines?kind=typed&q=support"), "Support, gold", "by hand")

	credit := d.post(where+"/credit", url.Values{"again": {"yes"}, "reason": {"agreed"}},
		http.StatusSeeOther).Header().Get("Location")
	has(t, d.text(credit), "Support, gold", "-2.5", "-301.00", "-346.20", "Credit for a line of Invoice 1")
	has(t, d.text(where+"/credit"), "credited to be billed again")
	has(t, d.text(d.runs()+"/new?kind=full_cycle&period_end=2026-04-01"), "301.00")
	d.page(d.post(where+"/void", nil, http.StatusConflict))
}

func newGet(path string) *http.Request {
	r, err := http.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		panic(err)
	}
	return r
}

func TestATypedLineBesideSeatsStandsAfterThemAndADraftItContradictsSaysSo(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	d.Add("S1", 10, "2026-03-01")
	d.typeLine(typedline.Form{Text: "Support", UnitAmount: "30", Every: "cycle", From: "2026-03-01"})
	where := d.draft("2026-04-01")
	if text := d.text(where); strings.Contains(text, "drawn anew") ||
		strings.Index(text, "Product S1") > strings.Index(text, "Support") {
		t.Errorf("a fresh draft: %s", text)
	}
	d.typeLine(typedline.Form{Text: "Forgotten", UnitAmount: "7", Every: "once", From: "2026-03-09"})
	has(t, d.text(where), "157.00")
	fresh := d.post(where+"/redraw", nil, http.StatusSeeOther).Header().Get("Location")
	has(t, d.text(fresh), "Forgotten", "157.00")
}
