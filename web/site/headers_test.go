package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/testkit/webtest"
	"seatledger/web/site"
)

// TestEveryKindOfAnswerIsGuarded looks at the headers of each kind of answer: none
// may be framed, sniffed, stored or made to run a script of somebody else's.
func TestEveryKindOfAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	w := walked(t)
	c, missing := w.admin, uuid.NewString()
	run := w.admin.Get("/sync-runs.csv").Records()[0]["id"]
	list := w.admin.Get("/price-lists.csv").Records()[0]["id"]
	css := styleSheet(c.Get("/providers"))
	kinds := []struct {
		name   string
		answer *webtest.Page
		status int
		kind   string // media type
	}{
		{"page", c.Look("/providers"), 200, "text/html"},
		{"redirect", c.Post(w.provider+"/verify", url.Values{}), 303, ""},
		{"trailing slash", c.Send(c.Request(http.MethodGet, "/providers/", nil)), 301, ""},
		{"unknown id", c.Look("/providers/" + missing), 404, "text/html"},
		{"no such page", c.Look("/nowhere"), 404, "text/html"},
		{"no such method", c.Send(c.Request(http.MethodDelete, "/providers", nil)), 404, "text/html"},
		{"conflict", c.Post("/price-lists/"+list, url.Values{"name": {"Mine"}, "currency": {"USD"}, "version": {"99"}}),
			409, "text/html"},
		{"refused form", c.Post("/providers", url.Values{}), 422, "text/html"},
		{"refused filter", c.Look("/accounts?state=odd"), 422, "text/html"},
		{"file", c.Look("/providers.csv"), 200, "text/csv"},
		{"stream", c.Look("/sync-runs/" + run + "/events"), 200, "text/event-stream"},
		{"stranger", w.Client().Send(w.Client().Request(http.MethodGet, "/providers", nil)), 303, ""},
		{"health", c.Look("/healthz"), 200, "text/plain"},
		{"static", c.Look(css), 200, "text/css"},
	}
	for _, k := range kinds {
		if k.answer.Status != k.status || !strings.HasPrefix(k.answer.Header.Get("Content-Type"), k.kind) {
			t.Errorf("%s: %d %s, want %d %s", k.name, k.answer.Status, k.answer.Header.Get("Content-Type"),
				k.status, k.kind)
		}
		guarded(t, k.name, k.answer.Header)
		if stored := !strings.Contains(k.answer.Header.Get("Cache-Control"),
			"no-store"); stored != (k.name == "static") {
			t.Errorf("%s: Cache-Control %s", k.name, k.answer.Header.Get("Cache-Control"))
		}
	}
}

func guarded(t *testing.T, name string, h http.Header) {
	t.Helper()
	for key, want := range map[string]string{
		"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
		"Referrer-Policy":            "same-origin",
		"Cross-Origin-Opener-Policy": "same-origin", "X-Request-Id": "-",
	} {
		if !strings.Contains(h.Get(key), want) {
			t.Errorf("%s: %s is %q, want %q in it", name, key, h.Get(key), want)
		}
	}
	policy := h.Get("Content-Security-Policy")
	for _, bad := range []string{"unsafe-inline", "unsafe-eval", "*"} {
		if strings.Contains(policy, bad) {
			t.Errorf("%s: the policy allows %s", name, bad)
		}
	}
	for _, part := range []string{"default-src 'none'", "form-action 'self'", "object-src 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("%s: policy %s", name, policy)
		}
	}
	for key := range h {
		if strings.HasPrefix(key, "Access-Control-") {
			t.Errorf("%s: %s lets other sites read", name, key)
		}
	}
	if kind := h.Get("Content-Type"); strings.HasPrefix(kind, "text/") && kind != "text/event-stream" &&
		!strings.Contains(strings.ToLower(kind), "charset=utf-8") {
		t.Errorf("%s: %s says nothing of its letters", name, kind)
	}
}

func styleSheet(p *webtest.Page) string {
	href, _ := p.Doc().Find(`link[rel="stylesheet"]`).First().Attr("href")
	return href
}

// TestTheCookieIsForThisServerOnly looks at the attributes that a script, another
// site and plain http would meet.
func TestTheCookieIsForThisServerOnly(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	s.SignIn("admin")
	c := s.Client()
	answer := c.Get("/login").Form("form").Set("email", "admin@reseller.example", "password",
		webtest.Password).Submit().Want(http.StatusSeeOther)
	if got := answer.Header.Get("Set-Cookie"); !regexp.MustCompile(`^seatledger=[^;]+; Path=/; HttpOnly; SameSite=Lax$`).MatchString(got) {
		t.Errorf("cookie %s", got)
	}
}

func TestAForeignHostIsNotAnswered(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn("admin")
	for host, want := range map[string]int{"evil.example": 421, "127.0.0.1:1": 421, "": 200} {
		r := c.Request(http.MethodGet, "/providers", nil)
		r.Host = host
		if got := c.Send(r).Status; got != want {
			t.Errorf("Host %q: %d, want %d", host, got, want)
		}
	}
	probe := c.Request(http.MethodGet, "/healthz", nil)
	probe.Host = "10.1.2.3"
	if got := c.Send(probe).Status; got != http.StatusOK {
		t.Errorf("a health check by address: %d", got)
	}
}

// TestAWriteFromAnotherSiteChangesNothing sends what a browser sends for somebody
// else's page, and what a script without a browser sends.
func TestAWriteFromAnotherSiteChangesNothing(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn("admin")
	form := url.Values{"name": {"Planted"}, "currency": {"USD"}}
	for name, h := range map[string]map[string]string{
		"another site":        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
		"another subdomain":   {"Sec-Fetch-Site": "same-site", "Origin": "https://other.reseller.example"},
		"an old browser":      {"Origin": "https://evil.example"},
		"an opaque origin":    {"Origin": "null"},
		"typed by the person": {"Sec-Fetch-Site": "none"},
		"no browser":          {},
	} {
		r := c.Request(http.MethodPost, "/price-lists", form)
		r.Header.Del("Origin")
		r.Header.Del("Sec-Fetch-Site")
		for key, v := range h {
			r.Header.Set(key, v)
		}
		form.Set("name", name)
		want := http.StatusForbidden
		if len(h) == 0 || h["Sec-Fetch-Site"] == "none" {
			want = http.StatusSeeOther
		}
		if got := c.Send(r).Status; got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	if n := len(c.Get("/price-lists.csv").Records()); n != 2 {
		t.Errorf("%d price lists, want the 2 that were let in", n)
	}
}

// TestAWriteFromTheSameHostInTheClearIsAnotherOrigin asks a site that people reach by https; nobody is signed in.
func TestAWriteFromTheSameHostInTheClearIsAnotherOrigin(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	front := site.Handler(s.App, site.Options{BaseURL: "https://seats.example", Version: "test"})
	for origin, want := range map[string]int{"https://seats.example": http.StatusUnauthorized,
		"http://seats.example": http.StatusForbidden} {
		r := httptest.NewRequest(http.MethodPost, "https://seats.example/theme", strings.NewReader("theme=dark&next=/"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		w := httptest.NewRecorder()
		front.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d, want %d", origin, w.Code, want)
		}
	}
}

func TestATrailingSlashLeadsToThePage(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn("admin")
	for from, to := range map[string]string{"/providers/": "/providers", "/audit/?sort=-seq": "/audit?sort=-seq",
		"//evil.example/": "/evil.example"} {
		if got := c.Send(c.Request(http.MethodGet, from, nil)); got.Status != http.StatusMovedPermanently ||
			got.Location() != to {
			t.Errorf("%s: %d %s, want %s", from, got.Status, got.Location(), to)
		}
	}
	if got := c.Post("/price-lists/", url.Values{}); got.Status != http.StatusPermanentRedirect {
		t.Errorf("a POST with a slash: %d; its form would be lost", got.Status)
	}
}

// TestAFailingDatabaseIsOurFault takes a table away under the running site.
func TestAFailingDatabaseIsOurFault(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	c := s.SignIn("admin")
	if _, err := s.DB.Owner().Exec(t.Context(), `ALTER TABLE price_lists RENAME TO elsewhere`); err != nil {
		t.Fatal(err)
	}
	p := c.Look("/price-lists").Want(http.StatusInternalServerError)
	guarded(t, "500", p.Header)
	id := p.Header.Get("X-Request-Id")
	p.Shows(id)
	for _, ours := range []string{"price_lists", "SQLSTATE", "pgx", "gorm"} {
		if strings.Contains(string(p.Body), ours) {
			t.Errorf("the page tells a stranger of %s", ours)
		}
	}
	if !strings.Contains(s.Log.String(), id) || !strings.Contains(s.Log.String(), "price_lists") {
		t.Error("the log does not tell the cause under the request's id")
	}
	if f := c.Look("/price-lists.csv"); f.Status != http.StatusInternalServerError || f.IsHTML() && f.Has("SQLSTATE") {
		t.Errorf("the file answers %d", f.Status)
	}
	c.Get("/providers") // the rest goes on
}
