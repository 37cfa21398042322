package site_test

import (
	"maps"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"seatledger/web/site"
)

// A parameter behind another that is no record of its parent: a day, a month, and the place of a file.
var noChild = []string{":day", ":month", ":place"}

// nested are the routes whose address names a record and a record that belongs to it.
func nested(routes []site.Line) []site.Line {
	var out []site.Line
	for _, l := range routes {
		names := params.FindAllString(l.Path, -1)
		if len(names) > 1 && !slices.Contains(noChild, names[1]) {
			out = append(out, l)
		}
	}
	return out
}

// TestAChildOfAnotherParentIsNotFound takes every route that names a parent and its child, finds a real pair of them on
// the pages, and asks for the child under another real parent, or under one that is not there: 404, and no row changes.
func TestAChildOfAnotherParentIsNotFound(t *testing.T) {
	t.Parallel()
	w := lived(t)
	w.moreChildren()
	at := w.addresses()
	byScript(at)
	before := w.Versions("sessions", "audit_events", "audit_folds", "audit_head", "audit_days")
	for _, l := range nested(site.Table(w.App, site.Options{})) {
		own := first(at[l.Method], l.Path)
		if own == "" {
			t.Errorf("no page leads to %s %s: give the site such a child", l.Method, l.Path)
			continue
		}
		others, found := w.otherParents(at, own), 0
		for _, parent := range others {
			switch got := w.ask(l, withParent(own, parent), at[l.Method][own]); {
			case got == http.StatusNotFound:
				found++
			case got != http.StatusConflict: // a provider of another connector has no such children at all
				t.Errorf("%s %s, of %s: %d, want 404", l.Method, withParent(own, parent), own, got)
			}
		}
		if found < 2 && len(others) > 1 {
			t.Errorf("%s %s: no other parent of its kind was tried", l.Method, l.Path)
		}
	}
	w.same(before, w.Versions("sessions", "audit_events", "audit_folds", "audit_head", "audit_days"))
}

// addresses are those that the pages lead to, by method, with what their forms send.
func (w *walk) addresses() map[string]map[string]url.Values {
	w.t.Helper()
	out := map[string]map[string]url.Values{http.MethodGet: {}, http.MethodPost: {}}
	for _, p := range crawlAs(w.admin, w.extra...).pages {
		if !p.IsHTML() {
			continue
		}
		out[http.MethodGet][p.URL.Path] = nil
		for _, to := range p.Links() {
			path, _, _ := strings.Cut(to, "?")
			out[http.MethodGet][path] = nil
		}
		p.Doc().Find(`form[method="post"]`).Each(func(_ int, form *goquery.Selection) {
			action, _ := form.Attr("action")
			sent := p.Form(`form[method="post"][action="` + action + `"]`).Values
			for _, to := range append(form.Find("[formaction]").Map(func(_ int, b *goquery.Selection) string {
				return b.AttrOr("formaction", "")
			}), action) {
				path, _, _ := strings.Cut(to, "?")
				out[http.MethodPost][path] = sent
			}
		})
	}
	return out
}

// byScript are addresses that no page links to, behind one that does.
func byScript(at map[string]map[string]url.Values) {
	for path := range maps.Clone(at[http.MethodGet]) {
		if fits("/crm-sources/:id/runs/:run", path) {
			at[http.MethodGet][path+"/events"] = nil
			at[http.MethodPost][path+"/cancel"] = url.Values{}
		}
	}
}

// first is the first address of a pattern, in the order of the alphabet.
func first(at map[string]url.Values, pattern string) string {
	for _, path := range slices.Sorted(maps.Keys(at)) {
		if fits(pattern, path) {
			return path
		}
	}
	return ""
}

var parentIn = regexp.MustCompile(`^((?:/[a-z-]+)+)/([0-9a-f-]{36})/`)

// otherParents are another record of the parent's kind, where there is one, and one that nobody has.
func (w *walk) otherParents(at map[string]map[string]url.Values, own string) []string {
	w.t.Helper()
	m := parentIn.FindStringSubmatch(own)
	if m == nil {
		w.t.Fatalf("%s has no parent", own)
	}
	out := []string{uuid.Must(uuid.NewV7()).String()}
	for path := range at[http.MethodGet] {
		if id, ok := strings.CutPrefix(path, m[1]+"/"); ok && len(id) == 36 && uuid.Validate(id) == nil && id != m[2] {
			out = append(out, id)
		}
	}
	if len(out) == 1 && !slices.Contains(onlyOne, m[1]) {
		w.t.Errorf("there is one of %s only, so no other parent was tried", m[1])
	}
	return out
}

// onlyOne are kinds of which a site has one at a time.
var onlyOne = []string{"/cutovers"}

func withParent(own, parent string) string {
	m := parentIn.FindStringSubmatchIndex(own)
	return own[:m[4]] + parent + own[m[5]:]
}

func (w *walk) ask(l site.Line, path string, form url.Values) int {
	w.t.Helper()
	if l.Safe() {
		return w.admin.Send(w.admin.Request(http.MethodGet, path, nil)).Status
	}
	return w.admin.Post(path, form).Status
}

// moreChildren gives a second parent of each kind, and children that a lived site lacks.
func (w *walk) moreChildren() {
	w.t.Helper()
	w.admin.Get("/price-lists/new").FormTo("/price-lists").Set("name", "Second", "currency", "USD").Submit().Next()
	w.admin.Get("/providers/new?connector=manual").FormTo("/providers").Set("name", "Second by hand").Submit().Next()
	w.admin.Get("/providers/new").FormTo("/providers").Set("name", "Second distributor", "user_name", "other",
		"password", apiPassword, "url", w.FarURL, "application_id", "app-2", "application_secret", apiSecret,
		"reseller_number",
		"100201", "token_url", w.FarURL+"/oauth2/v1/token", "grant", "password", "currency", "USD").Submit().Next()
	w.admin.Get("/crm-sources/new").FormTo("/crm-sources").Set("name", "Second CRM", "url", "https://crm.example",
		"tenant", uuid.NewString(), "client_id", uuid.NewString(), "client_secret", apiSecret).Submit().Next()
	w.hook("Second receiver")
	run := w.admin.Get("/cutovers").Doc().Find(`a[href^="/cutovers/"]`).FilterFunction(
		func(_ int, s *goquery.Selection) bool { return uuid.Validate(path.Base(s.AttrOr("href", ""))) == nil })
	w.decidePair(run.First().AttrOr("href", ""))
}

// decidePair has one subscription of a cut-over decided, so that there is a decision to take back.
func (w *walk) decidePair(run string) {
	w.t.Helper()
	var customer string
	for _, to := range w.admin.Get(run).Links() {
		if fits("/cutovers/:id/customers/:customer", to) {
			customer = to
		}
	}
	p := w.admin.Get(customer)
	form := p.Doc().Find(`form[action$="/pairs"]:has(button:contains("No twin: it is new"))`).First()
	sent := url.Values{}
	form.Find("input, button").Each(func(_ int, s *goquery.Selection) {
		if name := s.AttrOr("name", ""); name != "" {
			sent.Set(name, s.AttrOr("value", ""))
		}
	})
	w.admin.Post(form.AttrOr("action", ""), sent).Next()
	w.extra = append(w.extra, customer)
}
