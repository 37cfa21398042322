package subscriptions_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/distributor"
	"seatledger/internal/testkit/browser"
	"seatledger/static"
)

// stage is a desk whose subscriptions stand in every interesting way.
func stage(t *testing.T) (d *desk, site string) {
	t.Helper()
	d = settled(t)
	d.echo.GET(static.Prefix+"*", echo.WrapHandler(static.Handler()))
	all := []distributor.Subscription{
		record("400017-1"), record("S-1"), record("S-2", priced("30")), record("S-3", odd),
		record("S-4", func(r *distributor.Subscription) {
			r.UnitCost, r.Start = decimal.NullDecimal{},
				r.Start.AddMonths(-24)
		}),
		record("S-5", func(r *distributor.Subscription) {
			r.ProductName = strings.Repeat("Dynamics 365 Customer Engagement ", 3)
			r.Status, r.StatusText, r.Quantity = "suspended", "Suspended by reseller", 12345
		}),
	}
	d.sync(d.provider, d.account, all...)
	d.post("/subscriptions/sign-off", url.Values{"id": {d.id("S-1"), d.id("400017-1")},
		"note": {"Checked against the distributor's invoice."}}, http.StatusSeeOther)
	d.clock.Advance(24 * time.Hour)
	all[1] = record("S-1", func(r *distributor.Subscription) {
		r.Quantity, r.UnitCost = 9,
			decimal.NewNullDecimal(dec("19.25"))
	})
	d.sync(d.provider, d.account, all...)
	at := "/subscriptions/" + d.id("S-1")
	where := d.correctLink("S-1", "estimated")
	d.post(where, url.Values{"effective_at": {"2026-11-20"}, "note": {"their invoice 7"}}, http.StatusSeeOther)
	d.post(at+"/price", url.Values{"unit_price": {"23.5"}, "price_period": {"month"}}, http.StatusSeeOther)
	d.post(at+"/price", typed("20", "2027-01-01"), http.StatusSeeOther)
	d.exec(`UPDATE subscriptions SET billable_from = '2026-06-01' WHERE external_id = '400017-1'`)
	d.sync(d.provider, d.account, append(all[:1:1], record("S-1",
		func(r *distributor.Subscription) { r.Quantity, r.UnitCost = 4, decimal.NewNullDecimal(dec("19.25")) }))...)
	d.missing("S-4")
	p, a := d.newProvider("Legacy with a rather long name", distributor.StellrLegacy, "L-1")
	d.sync(p, a, record("L-1"))
	d.mapAccount(a)
	s := httptest.NewServer(d.echo)
	t.Cleanup(s.Close)
	return d, s.URL
}

// TestPagesInABrowser looks at every page at both ends of the widths, one of them
// dark: nothing scrolls sideways and axe finds nothing. SEATLEDGER_SHOTS names a
// folder for the pictures.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	d, site := stage(t)
	b := browser.Start(t)
	record := site + "/subscriptions/" + d.id("S-1")
	pages := map[string]func(tab *browser.Tab){
		"list":   func(tab *browser.Tab) { tab.Go(site + "/subscriptions") },
		"narrow": func(tab *browser.Tab) { tab.Go(site + "/subscriptions?state=held&q=nothing") },
		"confirm": func(tab *browser.Tab) {
			tab.Go(site + d.post("/subscriptions/sign-off", url.Values{"all": {"1"}, "filter": {"state=active"}},
				http.StatusSeeOther).Header().Get("Location"))
		},
		"record": func(tab *browser.Tab) { tab.Go(record) },
		"twin":   func(tab *browser.Tab) { tab.Go(site + "/subscriptions/" + d.id("L-1")) },
		"gone":   func(tab *browser.Tab) { tab.Go(site + "/subscriptions/" + d.id("S-4")) },
		"fails":  func(tab *browser.Tab) { tab.Go(site + "/subscriptions/" + d.id("S-5")) },
		"asked": func(tab *browser.Tab) {
			tab.Go(record)
			browser.Eval[bool](tab, `(() => { const f = document.querySelector('form[action$="/price"]'); f.elements.unit_price.value = '21'; f.elements.effective_on.value = '2026-12-01'; f.submit(); return true })()`)
			tab.WaitFor("input[name=later]")
		},
		"from-start": func(tab *browser.Tab) {
			tab.Go(site + "/subscriptions/" + d.id("400017-1") +
				"/bill-from-start")
		},
		"correct": func(tab *browser.Tab) { tab.Go(site + d.correctLink("S-1", "update")) },
		"correct-price": func(tab *browser.Tab) {
			tab.Go(site + d.get("/subscriptions/"+d.id("S-1")).Find(`#prices a[href$="/correct"]`).First().
				AttrOr("href", ""))
		},
		"changes": func(tab *browser.Tab) { tab.Go(site + "/changes") },
	}
	for name, open := range pages {
		for _, v := range []struct {
			width int64
			dark  bool
		}{{1280, false}, {320, true}} {
			t.Run(fmt.Sprintf("%s-%d-%v", name, v.width, v.dark), func(t *testing.T) {
				tab := b.Tab(t)
				tab.Size(v.width, 900)
				tab.Dark(v.dark)
				open(tab)
				look(t, tab, fmt.Sprintf("subscriptions-%s-%d-%v.png", name, v.width, v.dark))
			})
		}
	}
}

func look(t *testing.T, tab *browser.Tab, name string) {
	t.Helper()
	if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
		tab.Screenshot(filepath.Join(dir, name))
	}
	if n := tab.Overflow(); n > 0 {
		t.Errorf("the page is %d pixels too wide", n)
	}
	browser.Axe(t, tab)
	for _, trouble := range tab.Troubles() {
		t.Error(trouble)
	}
}
