package site_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
	"seatledger/web/site"
)

// tokenOf makes a token through the page and reads it where it is shown once.
func tokenOf(t *testing.T, admin *webtest.Client, areas ...string) string {
	t.Helper()
	form := admin.Get("/settings/tokens").FormTo("/settings/tokens").Set("name", "token of "+strings.Join(areas, "+"),
		"days", "30")
	for _, a := range areas {
		form.Set("area_"+a, "on")
	}
	page := form.Submit().Want(http.StatusSeeOther).Next()
	secret := regexp.MustCompile(`slt_[A-Z2-7]{52}`).FindString(string(page.Body))
	if secret == "" {
		t.Fatalf("no token on the page: %s", page.Text())
	}
	if admin.Get("/settings/tokens").Has(secret) {
		t.Error("it is shown a second time")
	}
	return secret
}

func ask(c *webtest.Client, method, path, secret string, values url.Values) *webtest.Page {
	r := c.Request(method, path, values)
	r.Header.Set("Authorization", "Bearer "+secret)
	return c.Send(r)
}

// What each area reads, as the page of tokens says it; nothing of this is read from the routes.
var readBy = map[string][]string{
	"mapping":  {"/accounts", "/crm-accounts", "/crm-sources", "/mapping/list", "/subscriptions", "/cutovers"},
	"billing":  {"/crm-accounts", "/contracts", "/price-lists", "/subscriptions", "/changes", "/invoices", "/invoice-lines", "/mails", "/books/exports"},
	"supplier": {"/providers", "/sync-runs", "/subscriptions", "/changes"},
	"audit":    {"/audit", "/bulk"},
}

func TestATokenReadsTheListsOfItsAreasAndNothingElse(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	admin := s.SignIn(auth.Admin)
	program := s.Client()
	lists := map[string]bool{}
	for _, paths := range readBy {
		for _, p := range paths {
			lists[p] = true
		}
	}
	for area, paths := range readBy {
		secret := tokenOf(t, admin, area)
		for path := range lists {
			want := http.StatusForbidden
			for _, p := range paths {
				if p == path {
					want = http.StatusOK
				}
			}
			if got := ask(program, http.MethodGet, path+".csv", secret, nil).Status; got != want {
				t.Errorf("%s.csv with a token of %s: %d, want %d", path, area, got, want)
			}
		}
	}
	all := tokenOf(t, admin, "mapping", "billing", "supplier", "audit")
	if strings.Contains(s.Dump(), all) {
		t.Error("the token stands in the database")
	}
	others := []string{"audit_events", "audit_folds", "audit_head", "audit_days", "api_tokens", "sessions"}
	before := s.Versions(others...)
	id := strings.NewReplacer(":id", uuid.NewString(), ":seq", "1")
	for i, l := range site.Table(s.App, site.Options{}) {
		if i%25 == 24 { // each has so many requests a minute
			all = tokenOf(t, admin, "mapping", "billing", "supplier", "audit")
		}
		path := id.Replace(l.Path)
		if l.Method == http.MethodGet && strings.HasSuffix(path, ".csv") {
			continue
		}
		// The cookie of an administrator stands beside it and counts for nothing.
		for _, c := range []*webtest.Client{program, admin} {
			if got := ask(c, l.Method, path, all, url.Values{"name": {"x"}}); got.Status != http.StatusForbidden ||
				got.Header.Get("Set-Cookie") != "" || got.IsHTML() {
				t.Errorf("%s %s with a token: %d, cookie %q", l.Method, l.Path, got.Status,
					got.Header.Get("Set-Cookie"))
			}
		}
	}
	if after := s.Versions(others...); len(after) != len(before) {
		t.Error("tables came or went")
	} else {
		for table, v := range before {
			if after[table] != v {
				t.Errorf("a token changed %s", table)
			}
		}
	}
	if n := count(t, s, `SELECT count(*) FROM audit_events e JOIN api_tokens t ON e.after->>'token' = t.id::text
		WHERE e.action = 'file.given' AND e.actor = 'API token ' || t.name`); n == 0 {
		t.Error("the trail has no file given to a token")
	}
	if n := count(t, s, `SELECT count(*) FROM audit_events WHERE action = 'access.denied' AND object_type = 'token'`); n == 0 {
		t.Error("the trail has no refusal of a token")
	}
}

func TestATokenThatOpensNothingIs401(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	admin := s.SignIn(auth.Admin)
	secret := tokenOf(t, admin, "billing")
	refused := func(what, secret string) {
		t.Helper()
		// Also with a session beside it that could read the list.
		for _, c := range []*webtest.Client{s.Client(), admin} {
			got := ask(c, http.MethodGet, "/invoices.csv", secret, nil)
			if got.Status != http.StatusUnauthorized ||
				!strings.HasPrefix(got.Header.Get("WWW-Authenticate"), "Bearer") ||
				strings.Contains(string(got.Body), "slt_") {
				t.Errorf("%s: %d, %s", what, got.Status, got.Body)
			}
		}
	}
	refused("no token", "")
	refused("an unknown one", "slt_NOBODYKNOWSTHISONE")
	refused("the hash of one", "c2x0XzEyMw==")
	if got := ask(s.Client(), http.MethodGet, "/invoices.csv?q=a", secret, nil); got.Status != http.StatusOK {
		t.Fatalf("a good one: %d", got.Status)
	}
	if got := ask(s.Client(), http.MethodHead, "/invoices.csv", secret, nil); got.Status != http.StatusOK {
		t.Errorf("HEAD: %d", got.Status)
	}
	page := admin.Get("/settings/tokens")
	if !page.Has("in force") || !page.Has("from 127.0.0.1") {
		t.Errorf("the page does not say that it was used: %s", page.Text())
	}
	page.Form("form[action$='/revoke']").Submit().Want(http.StatusSeeOther)
	refused("a revoked one", secret)
	if page := admin.Get("/settings/tokens"); !page.Has("revoked by") {
		t.Errorf("the page does not say so: %s", page.Text())
	}
}

func TestATokenIsMadeByTheFormAloneAndRefusedWithReasons(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	admin := s.SignIn(auth.Admin)
	page := admin.Post("/settings/tokens", url.Values{"name": {"books"}, "days": {"never"}}).
		Want(http.StatusUnprocessableEntity)
	page.Shows("Choose at least one area.", "A token lives from 1 to 365 days.")
	if got := page.Doc().Find("input[name=name]").AttrOr("value", ""); got != "books" {
		t.Errorf("what was typed is lost: %q", got)
	}
	billing := s.SignIn(auth.Billing)
	billing.Send(billing.Request(http.MethodGet, "/settings/tokens", nil)).Want(http.StatusForbidden)
	admin.Post("/settings/tokens/"+uuid.NewString()+"/revoke", url.Values{}).Want(http.StatusNotFound)
}

// Every list says whether tokens read it, so that a new one is not forgotten.
func TestEveryListHasItsAreas(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	for _, path := range site.ListsWithoutAreas(s.App) {
		t.Errorf("%s stands in no line of areas.go", path)
	}
}

func count(t testing.TB, s *webtest.Site, sql string) int {
	t.Helper()
	var n int
	if err := s.App.DB.Read(t.Context()).Raw(sql).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}
