package site_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
	"seatledger/web/site"
)

// TestNoWriteOfAnySortComesFromAnotherSite sends every writing route what a browser sends for somebody else's page.
func TestNoWriteOfAnySortComesFromAnotherSite(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn(auth.Admin)
	// The trail keeps what was refused; signing in marks choices.
	trail := []string{"sessions", "audit_events", "audit_folds", "audit_head", "audit_days", "choice_marks"}
	before := s.Versions(trail...)
	for _, l := range site.Table(s.App, site.Options{}) {
		if l.Safe() {
			continue
		}
		path := params.ReplaceAllStringFunc(l.Path, func(string) string { return uuid.Must(uuid.NewV7()).String() })
		for name, h := range map[string][2]string{"cross-site": {"cross-site", "https://evil.example"},
			"same-site": {"same-site", "https://other.reseller.example"}, "origin alone": {"", "https://evil.example"},
			"null": {"", "null"}, "garbage": {"cross-site", "\x7f"}} {
			r := c.Request(l.Method, path, url.Values{"name": {"Planted"}})
			r.Header.Del("Sec-Fetch-Site")
			if h[0] != "" {
				r.Header.Set("Sec-Fetch-Site", h[0])
			}
			r.Header.Set("Origin", strings.ReplaceAll(h[1], "\x7f", "%7f"))
			if got := c.Send(r).Status; got != http.StatusForbidden {
				t.Errorf("%s %s, %s: %d, want 403", l.Method, l.Path, name, got)
			}
		}
	}
	for table, v := range s.Versions(trail...) {
		if before[table] != v {
			t.Errorf("%s changed", table)
		}
	}
}

// TestWhatAListIsAskedForIsNeverSQL gives every parameter of every list what would end a statement or a pattern.
func TestWhatAListIsAskedForIsNeverSQL(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn(auth.Admin)
	for _, l := range site.Table(s.App, site.Options{}) {
		if !l.Safe() || !strings.HasSuffix(l.Path, ".csv") || strings.Contains(l.Path, ":") {
			continue
		}
		page := strings.TrimSuffix(l.Path, ".csv")
		names := map[string]bool{"sort": true, "after": true, "q": true, "columns": true, "size": true}
		if p := c.Look(page); p.IsHTML() {
			p.Doc().Find(`form[method="get"] [name]`).Each(func(_ int, f *goquery.Selection) {
				names[f.AttrOr("name", "")] = true
			})
		}
		for name := range names {
			for _, hostile := range []string{`x'); DROP TABLE users; --`, `%_\`, "id; SELECT pg_sleep(5)", "-1 OR 1=1",
				"99999999999999999999", "\x00", "\xff"} {
				for _, path := range []string{page, l.Path} {
					got := c.Look(path + "?" + url.Values{name: {hostile}}.Encode()).Status
					if got >= http.StatusInternalServerError {
						t.Errorf("%s?%s=%q: %d", path, name, hostile, got)
					}
				}
			}
		}
	}
	for _, told := range []string{"SQLSTATE", "syntax error"} {
		if strings.Contains(s.Log.String(), told) {
			t.Errorf("the log tells of %s: something reached the database as it was sent", told)
		}
	}
	c.Get("/settings/users")
}

// TestWhatIsLoggedStaysOneRecord sends addresses that would begin a record of their own.
func TestWhatIsLoggedStaysOneRecord(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn(auth.Admin)
	for _, evil := range []string{"/nowhere%0d%0atime=2026-01-01T00:00:00Z%20level=ERROR%20msg=forged",
		"/nowhere%1b%5b31mforged", "/nowhere%e2%80%aeforged", "/nowhere%00forged%22%20msg=forged"} {
		c.Look(evil)
	}
	c.Post("/login", url.Values{"email": {"x\r\nlevel=ERROR msg=forged"}, "password": {"y\r\nmsg=forged"}})
	for line := range strings.Lines(s.Log.String()) {
		if !strings.HasPrefix(line, "time=") || strings.ContainsAny(line, "\x1b\r\x00\u202e") ||
			strings.Contains(line, "level=ERROR msg=forged") && !strings.Contains(line, `\n`) {
			t.Errorf("a record of somebody else's making: %q", line)
		}
	}
}

// promised are the rules of the table of roles in README.md, written by hand and not taken from the routes. The first
// that fits an address says who may use it: a is an administrator, o an operator, b billing, v a viewer, n nobody.
var promised = []struct{ method, path, who string }{
	{"", `^/(login|login/(sso(/callback)?|code(/ask)?|passkey(/ask)?|forgotten|link)|logout|setup|theme)$`, "aobvn"},
	// What everybody has of their own.
	{"", `^/(prove|settings/profile|settings/density|views|columns|notices|ticks|density)`, "aobv"},
	// An administrator alone: providers, sources of the CRM and their secrets, users, tokens, general settings,
	// dialect, capture, mail, tax, company.
	{"", `^/settings/(general|users|company|tax|mail|tokens|sign-in|sso|secrets|four-eyes|webhooks)`, "a"},
	{"", `^/providers/(new$|:id/edit|:id/deactivate|:id/activate|:id/capture|:id/dialect)`, "a"},
	{"POST", `^/providers(/:id)?$`, "a"},
	{"", `^/crm-sources/(new$|:id/edit|:id/deactivate|:id/activate)`, "a"},
	{"POST", `^/crm-sources(/:id)?$`, "a"},
	// An operator verifies, syncs, maps, enters by hand, cuts over.
	{"POST", `^/(providers|crm-sources|accounts|mapping|sync-runs|cutovers)`, "ao"},
	{"", `^/providers/:id/(accounts|subscriptions|import)(/|$)`, "ao"},
	{"", `^/cutovers/(new|:id/(finish|abandon|dry-run|report))`, "ao"},
	{"", `^/accounts/:id/(exclude|map|take-over|undo|unmap)`, "ao"},
	{"", `^/mapping/(bulk|:id/swap)`, "ao"},
	{"", `^/subscriptions/:id/quantity`, "ao"},
	// Operator and billing: CRM accounts, ends, reassigned history, a contract's own sync, work for many.
	{"", `^/crm-accounts/(new|import|:id/(edit|mail))`, "aob"},
	{"POST", `^/crm-accounts`, "aob"},
	{"", `^/subscriptions/:id/(end|reassign|no-twin|changes/:change/correct)`, "aob"},
	{"POST", `^/contracts/:id/sync`, "aob"},
	{"POST", `^/bulk`, "aob"},
	// Billing: contracts, prices, signatures, invoices, books, renewals, mails.
	{"POST", `^/(contracts|price-lists|subscriptions|changes|billing|billing-runs|invoices|books|renewals|mails)`, "ab"},
	{"POST", `^/(supplier-bills|supplier-months|differences)`, "ab"},
	{"", `^/supplier-bills/(new|hand|:id/take-back)`, "ab"},
	{"", `^/contracts/(new|make|import|:id/(edit|deactivate|lines))`, "ab"},
	{"", `^/price-lists/(new|:id/(edit|items|import|reckon))`, "ab"},
	{"", `^/subscriptions/:id/(prices/:change/correct|bill-from-start|deactivate|activate)`, "ab"},
	{"", `^/invoices/(payments|:id/(send|dispute|void|credit))`, "ab"},
	{"", `^/changes/billed-elsewhere`, "ab"},
	{"", `^/billing/contracts`, "ab"},
	// Who may do what needs a second person may also be that person.
	{"POST", `^/four-eyes/:id/(grant|refuse|withdraw)$`, "ab"},
	// A viewer reads the rest.
	{"GET", `^/`, "aobv"},
}

// TestTheRolesMayWhatTheHandbookSays holds the roles that were found at the doors (testdata/roles.txt, held true by
// TestEveryRouteAsksForItsRole) to the rules above.
func TestTheRolesMayWhatTheHandbookSays(t *testing.T) {
	t.Parallel()
	found, err := os.ReadFile("testdata/roles.txt")
	if err != nil {
		t.Fatal(err)
	}
	letters := map[string]string{"admin": "a", "operator": "o", "billing": "b", "viewer": "v", "nobody": "n"}
	for line := range strings.Lines(string(found)) {
		f := strings.Fields(line)
		path := strings.TrimSuffix(strings.TrimSuffix(f[1], ".csv"), ".xlsx")
		got, want := "", "-"
		for _, role := range f[2:] {
			got += letters[role]
		}
		for _, p := range promised {
			if (p.method == "" || p.method == f[0]) && regexp.MustCompile(p.path).MatchString(path) {
				want = p.who
				break
			}
		}
		if got != want {
			t.Errorf("%s %s is open to %q; the handbook says %q", f[0], f[1], got, want)
		}
	}
}
