package providers_test

import (
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/distributor"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/views/ui"
)

func menu(doc *goquery.Document) []string {
	var out []string
	doc.Find(".menu__item").Each(func(_ int, s *goquery.Selection) {
		text := htmlcheck.Text(s.Find(".menu__text").Contents().First())
		if _, off := s.Attr("disabled"); off {
			text += " (off)"
		}
		out = append(out, text)
	})
	return out
}

func TestTheCommandMenuIsThatOfTheGuide(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.create(good())
	for _, c := range []struct {
		role   auth.Role
		active bool
		want   []string
	}{
		{auth.Admin, true, []string{"Verify Connectivity", "Sync Provider Accounts", "Sync Subscriptions",
			"Dry run of subscriptions", "Capture for support", "Deactivate"}},
		{auth.Operator, true, []string{"Verify Connectivity", "Sync Provider Accounts", "Sync Subscriptions",
			"Dry run of subscriptions", "Deactivate (off)"}},
		{auth.Viewer, true, []string{"Verify Connectivity (off)", "Sync Provider Accounts (off)",
			"Sync Subscriptions (off)", "Dry run of subscriptions (off)", "Deactivate (off)"}},
		{auth.Admin, false, []string{"Verify Connectivity", "Sync Provider Accounts (off)", "Sync Subscriptions (off)",
			"Dry run of subscriptions (off)", "Capture for support", "Activate"}},
	} {
		d.role = auth.Admin
		d.post(p+map[bool]string{true: "/activate", false: "/deactivate"}[c.active], nil, http.StatusSeeOther)
		d.role = c.role
		doc := d.get(p)
		if diff := cmp.Diff(c.want, menu(doc)); diff != "" {
			t.Errorf("%s, active %v: %s", c.role, c.active, diff)
		}
		if buttons := htmlcheck.Text(doc.Find(".head__actions > form")); c.role != auth.Viewer &&
			buttons != "Verify Connectivity Sync Provider Accounts" &&
			buttons != "Verify ConnectivitySync Provider Accounts" {
			t.Errorf("%s: the buttons read %q", c.role, buttons)
		}
	}
}

func TestEachCountLeadsToItsRows(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.create(good())
	id := strings.TrimPrefix(p, "/providers/")
	for i, state := range []string{"unmapped", "unmapped", "excluded"} {
		d.account(p, string(rune('a'+i)), state)
	}
	got := map[string]string{}
	d.get(p).Find("a.stat").Each(func(_ int, s *goquery.Selection) {
		href, _ := s.Attr("href")
		got[href] = htmlcheck.Text(s.Find(".stat__value"))
	})
	want := map[string]string{
		"/accounts?provider=" + id + "&state=unmapped": "2", "/accounts?provider=" + id + "&state=mapped": "0",
		"/accounts?provider=" + id + "&state=excluded":    "1",
		"/subscriptions?provider=" + id + "&state=active": "0", "/subscriptions?provider=" + id + "&state=held": "0",
		"/subscriptions?provider=" + id + "&state=inactive": "0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAuthorizeLinksAreShownWholeWithTheirWarnings(t *testing.T) {
	t.Parallel()
	d := open(t)
	gdap := "https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/11111111-2222-4333-8444-555555555555"
	doc := d.get(d.create(with(good(), "delegated_admin_url", gdap)))
	links := doc.Find("#links")
	if links.Find(".copy__value").Text() != gdap {
		t.Errorf("shown: %q", links.Find(".copy__value").Text())
	}
	href, _ := links.Find(`a[href^="mailto:"]`).Attr("href")
	u, err := url.Parse(href)
	if err != nil || !strings.Contains(u.Query().Get("body"), gdap) {
		t.Errorf("the mail lost a part of the link: %s", href)
	}
	if !strings.Contains(links.Text(), "belongs to one relationship") {
		t.Error("no word that a GDAP link serves one customer")
	}
}

func TestVerifyShowsEachLayerAndItsAge(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.create(good())
	d.check = distributor.Check{Layers: []distributor.Layer{
		{Name: distributor.LayerToken, Result: distributor.Passed, Message: "A token was given."},
		{Name: distributor.LayerReseller, Result: distributor.Warned, Message: "No customers are listed.",
			Advice: "Check the reseller number (100200).", RequestID: "req-77"},
	}}
	if to := d.post(p+"/verify", nil, http.StatusSeeOther).Header().Get("Location"); to != p {
		t.Errorf("goes to %s", to)
	}
	if n := d.notices; len(n) != 1 || n[0].Tone != ui.Warn || !strings.Contains(n[0].Text, "100200") {
		t.Errorf("told: %+v", n)
	}
	d.clock.Advance(3 * 60 * 60 * 1e9)
	card := htmlcheck.Text(d.get(p).Find("#connectivity"))
	for _, part := range []string{"Warning", "Checked 3 hours ago", "by Ada Example", "Access token Passed",
		"Reseller scope Warning", "No customers are listed. Check the reseller number (100200).", "request req-77"} {
		if !strings.Contains(card, part) {
			t.Errorf("the card lacks %q: %s", part, card)
		}
	}
	d.post(p, with(formValues(d.get(p+"/edit"), p), "application_secret", "app-secret-2"), http.StatusSeeOther)
	if card := htmlcheck.Text(d.get(p).Find("#connectivity")); !strings.Contains(card, "Stale") {
		t.Errorf("after an edit of a secret: %s", card)
	}
}

func TestAFailedCheckIsToldByItsFirstFailure(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.create(good())
	d.check = distributor.Check{Layers: []distributor.Layer{
		{Name: distributor.LayerToken, Result: distributor.Failed, Message: "The application id or secret was refused.",
			Advice: "Type them again.", Kind: distributor.NeedsCredentials},
		{Name: distributor.LayerCustomers, Result: distributor.Skipped},
	}}
	d.post(p+"/verify", nil, http.StatusSeeOther)
	if n := d.notices; len(n) != 1 || n[0].Tone != ui.Bad || !strings.Contains(n[0].Text, "Access token") ||
		!strings.Contains(n[0].Text, "refused") {
		t.Errorf("told: %+v", n)
	}
	if page := htmlcheck.Text(d.get(p).Find("main")); !strings.Contains(page, "Needs credentials") {
		t.Errorf("a refused sign-in is not told as such: %s", page)
	}
}

func TestRecordsThatCouldNotBeReadAreShown(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.create(good())
	d.exec(`INSERT INTO unreadable_records (id, provider_id, external_id, what, reason, raw, first_seen)
		VALUES (?, ?, '', 'subscription', 'The quantity is not a number.', '{"quantity": "<b>"}', ?)`,
		uuid.Must(uuid.NewV7()), strings.TrimPrefix(p, "/providers/"), d.clock.Now())
	card := d.get(p).Find("#unreadable")
	if text := htmlcheck.Text(card); !strings.Contains(text, "without a readable id") ||
		!strings.Contains(text, "The quantity is not a number.") || card.Find("pre").Text() != `{"quantity": "<b>"}` {
		t.Errorf("shown: %s", text)
	}
}

func TestAManualProviderSaysWhatIsDifferent(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.create(url.Values{"connector": {"manual"}, "name": {"By hand"}})
	doc := d.get(p)
	for _, tail := range []string{"/accounts/new", "/subscriptions/new", "/import"} {
		if doc.Find(`#entry a[href="`+p+tail+`"]`).Length() != 1 {
			t.Errorf("no way to %s", tail)
		}
	}
	if diff := cmp.Diff([]string{"Verify Connectivity (off)", "Sync Provider Accounts (off)",
		"Sync Subscriptions (off)", "Dry run of subscriptions (off)", "Move to another provider…",
		"Deactivate"}, menu(doc)); diff != "" {
		t.Error(diff)
	}
	d.post(p+"/verify", nil, http.StatusConflict)
	d.post(p+"/sync-accounts", url.Values{"anyway": {"on"}}, http.StatusConflict)
}

func TestTheListAndItsFileShowTheSame(t *testing.T) {
	t.Parallel()
	d := open(t)
	first := d.verified()
	d.create(with(good(), "name", "=2+5", "reseller_number", "100201"))
	d.create(url.Values{"connector": {"manual"}, "name": {"By hand"}})
	body := d.file("/providers.csv")
	if !strings.HasPrefix(body, "id,name,connector,active,connectivity,checked_at,") ||
		strings.Count(body, "\r\n") != 4 {
		t.Errorf("the file:\n%s", body)
	}
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got := [][]string{rows[1][1:6], rows[2][1:6], rows[3][1:6]}
	want := [][]string{
		{"'=2+5", "stellr", "true", "unverified", ""},
		{"By hand", "manual", "true", "not_applicable", ""},
		{"Northwind US", "stellr", "true", "verified", "2026-11-22T09:00:00Z"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	doc := d.get("/providers?connectivity=verified")
	if doc.Find("tbody tr").Length() != 1 || doc.Find(`tbody a[href^="`+first+`"]`).Length() != 1 {
		t.Error("the filter by connectivity")
	}
	if one := d.file("/providers.csv?connectivity=verified&sort=-name"); strings.Count(one, "\r\n") != 2 {
		t.Errorf("the same filter as a file:\n%s", one)
	}
	for _, bad := range []string{"?connectivity=fine", "?active=perhaps", "?sort=password"} {
		d.do(httptest.NewRequest(http.MethodGet, "/providers"+bad, nil), http.StatusUnprocessableEntity)
	}
}

func TestEmptyListsSayWhy(t *testing.T) {
	t.Parallel()
	d := open(t)
	if text := htmlcheck.Text(d.get("/providers").Find("main")); !strings.Contains(text, "No providers yet") {
		t.Errorf("nothing yet: %s", text)
	}
	d.create(good())
	if text := htmlcheck.Text(d.get("/providers?q=fabrikam").Find("main")); !strings.Contains(text,
		"No provider matches") {
		t.Errorf("no match: %s", text)
	}
}

func TestUnknownProvidersAreNotFound(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, id := range []string{uuid.NewString(), "1", "x"} {
		p := "/providers/" + id
		for _, tail := range []string{"", "/edit"} {
			d.do(httptest.NewRequest(http.MethodGet, p+tail, nil), http.StatusNotFound)
		}
		for _, tail := range []string{"", "/verify", "/sync-accounts", "/sync-subscriptions", "/activate",
			"/deactivate"} {
			d.post(p+tail, good(), http.StatusNotFound)
		}
	}
}
