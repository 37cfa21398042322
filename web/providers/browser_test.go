package providers_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/distributor"
	"seatledger/internal/testkit/browser"
	"seatledger/static"
)

// stage is a desk with a provider in every interesting state, for the browser.
func stage(t *testing.T) (d *desk, url, rich, manual string) {
	t.Helper()
	d = open(t)
	d.echo.GET(static.Prefix+"*", echo.WrapHandler(static.Handler()))
	d.check = distributor.Check{Layers: []distributor.Layer{
		{Name: distributor.LayerAddress, Result: distributor.Passed, Message: "The address may be called.",
			Took: 2 * time.Millisecond},
		{Name: distributor.LayerToken, Result: distributor.Warned, Message: "The token lives for 5 minutes only.",
			Advice: "Long syncs renew it often.", Took: 210 * time.Millisecond},
		{Name: distributor.LayerCustomers, Result: distributor.Failed,
			Message: "The distributor knows no reseller 100200.", Advice: "Check the reseller number.",
			RequestID: "7f3c-11ee"},
		{Name: distributor.LayerReseller, Result: distributor.Skipped},
	}}
	rich = d.create(with(good(),
		"reseller_authorize_url", "https://admin.microsoft.com/Adminportal/Home?invType=IndirectResellerRelationship&partnerId=11111111-2222-4333-8444-555555555555&msppId=4711&indirectCSPId=66666666-7777-4888-8999-aaaaaaaaaaaa#/partners/invitation",
		"delegated_admin_url", "https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/11111111-2222-4333-8444-555555555555-66666666-7777-4888-8999-aaaaaaaaaaaa"))
	for i := range 3 {
		d.account(rich, fmt.Sprint("c", i), []string{"unmapped", "excluded", "unmapped"}[i])
	}
	d.exec(`INSERT INTO unreadable_records (id, provider_id, external_id, what, reason, raw, first_seen)
		VALUES (?, ?, 's-4711', 'subscription', 'The quantity "a lot" is not a number.', ?, ?)`,
		uuid.Must(uuid.NewV7()), strings.TrimPrefix(rich, "/providers/"),
		`{"subscriptionId": "s-4711", "quantity": "a lot", "productName": "`+strings.Repeat("x", 200)+`"}`,
		d.clock.Now())
	d.post(rich+"/sync-accounts", map[string][]string{"anyway": {"on"}}, http.StatusSeeOther)
	d.post(rich+"/verify", nil, http.StatusSeeOther)
	d.clock.Advance(26 * time.Hour)
	manual = d.create(map[string][]string{"connector": {"manual"}, "name": {"Old customers, by hand"}})
	d.create(with(good(), "name", "Northwind US without a check", "reseller_number", "100201"))
	s := httptest.NewServer(d.echo)
	t.Cleanup(s.Close)
	return d, s.URL, rich, manual
}

// TestPagesInABrowser looks at every page at both ends of the widths, one of them
// dark: nothing scrolls sideways and axe finds nothing. SEATLEDGER_SHOTS names a
// folder for the pictures.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	_, url, rich, manual := stage(t)
	b := browser.Start(t)
	for name, open := range map[string]func(tab *browser.Tab){
		"list":   func(tab *browser.Tab) { tab.Go(url + "/providers") },
		"new":    func(tab *browser.Tab) { tab.Go(url + "/providers/new") },
		"legacy": func(tab *browser.Tab) { tab.Go(url + "/providers/new?comprehensive_api=off") },
		"byhand": func(tab *browser.Tab) { tab.Go(url + "/providers/new?connector=manual") },
		"record": func(tab *browser.Tab) { tab.Go(url + rich) },
		"manual": func(tab *browser.Tab) { tab.Go(url + manual) },
		"frozen": func(tab *browser.Tab) { tab.Go(url + rich + "/edit") },
		"refused": func(tab *browser.Tab) {
			tab.Go(url + "/providers/new")
			tab.Fill("url", "http://api.us.tdsynnex.com/")
			tab.Fill("page_size", "900")
			tab.Click(".actions .btn--primary")
			tab.WaitFor(".summary")
		},
		"identity": func(tab *browser.Tab) {
			tab.Go(url + rich + "/edit")
			tab.Fill("reseller_number", "100999")
			tab.Click(".actions .btn--primary")
			tab.WaitFor(".summary")
		},
	} {
		for _, v := range []struct {
			width int64
			dark  bool
		}{{1280, false}, {320, true}} {
			t.Run(fmt.Sprintf("%s-%d-%v", name, v.width, v.dark), func(t *testing.T) {
				tab := b.Tab(t)
				tab.Size(v.width, 900)
				tab.Dark(v.dark)
				open(tab)
				look(t, tab, fmt.Sprintf("providers-%s-%d-%v.png", name, v.width, v.dark))
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
