package site_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/internal/testkit/webtest"
	"seatledger/web/site"
)

// crawl opens whatever a person can reach by links, a few addresses of each shape.
type crawl struct {
	client *webtest.Client
	seen   map[string]bool
	shapes map[string]int
	pages  []*webtest.Page
}

const ofAShape = 2 // addresses that differ in ids or values alone

// crawlAs starts at the dashboard, and at what only forms lead to.
func crawlAs(c *webtest.Client, extra ...string) *crawl {
	k := &crawl{client: c, seen: map[string]bool{}, shapes: map[string]int{}}
	k.follow(append([]string{"/"}, extra...))
	return k
}

func (k *crawl) follow(queue []string) {
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if k.seen[path] || k.shapes[shapeOf(path)] >= ofAShape || strings.HasSuffix(path, "/events") {
			continue
		}
		k.seen[path] = true
		k.shapes[shapeOf(path)]++
		p := k.client.Look(path)
		k.pages = append(k.pages, p)
		// Filters and sorts multiply each other; what one alone leads to is enough.
		if p.IsHTML() && p.Status == http.StatusOK && len(p.URL.Query()) < 2 {
			queue = append(queue, p.Links()...)
		}
	}
}

var idsIn = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|/[0-9]+\b`)

// shapeOf is an address without its ids, and with the names of its parameters only.
func shapeOf(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	names := []string{}
	for name := range u.Query() {
		names = append(names, name)
	}
	slices.Sort(names)
	return idsIn.ReplaceAllString(u.Path, "/:id") + "?" + strings.Join(names, "&")
}

// one gives a page of each path, without parameters.
func (k *crawl) one() []*webtest.Page {
	var out []*webtest.Page
	had := map[string]bool{}
	for _, p := range k.pages {
		shape := shapeOf(p.URL.Path)
		if p.IsHTML() && !had[shape] && p.URL.RawQuery == "" {
			had[shape] = true
			out = append(out, p)
		}
	}
	return out
}

// TestNoLinkIsDead follows every link there is as each role, on a site with data:
// nobody is offered what they may not open, and every page keeps the rules of pages.
// Looking at all of it changes no row but those of sessions; the trail tells of the files that were taken, and of
// nothing else.
func TestNoLinkIsDead(t *testing.T) {
	t.Parallel()
	w := lived(t)
	routes := site.Table(w.App, site.Options{})
	for _, role := range auth.Roles() {
		c := w.SignIn(role)
		except := []string{"sessions", "audit_events", "audit_head", "audit_days"}
		before, entries := w.Versions(except...), w.entries()
		k := crawlAs(c, w.forRole(role)...)
		for _, p := range k.pages {
			w.soundPage(p, role, routes)
		}
		w.same(before, w.Versions(except...))
		if all, files := w.entries()-entries, count(t, w.Site, fmt.Sprintf(`SELECT count(*) FROM audit_events
			WHERE action = 'file.given' AND seq > %d`, entries)); all != files {
			t.Errorf("%d entries in the trail, %d of files that were given", all, files)
		}
		if len(k.pages) < 60 {
			t.Errorf("only %d addresses were found as %s", len(k.pages), role)
		}
	}
}

// entries is how many the trail has.
func (w *walk) entries() int { return count(w.t, w.Site, `SELECT seq FROM audit_head`) }

// forRole leaves out what is only for who may upload files.
func (w *walk) forRole(role auth.Role) []string {
	if role == auth.Admin {
		return w.extra
	}
	return nil
}

func (w *walk) soundPage(p *webtest.Page, role auth.Role, routes []site.Line) {
	w.t.Helper()
	if p.Status != http.StatusOK {
		w.t.Errorf("%s as %s: %d", p.Path(), role, p.Status)
		return
	}
	if !p.IsHTML() {
		return
	}
	for _, fault := range htmlcheck.Faults(p.Doc()) {
		w.t.Errorf("%s: %s", p.Path(), fault)
	}
	if p.Doc().Find(`form[action="/logout"] button`).Length() == 0 {
		w.t.Errorf("%s offers no way to sign out", p.Path())
	}
	p.Doc().Find(`input[name$="password"], input[name$="secret"]`).Each(func(_ int, s *goquery.Selection) {
		fill := s.AttrOr("autocomplete", "")
		if s.AttrOr("type", "") != "password" || fill != "current-password" && fill != "new-password" && fill != "off" {
			w.t.Errorf("%s: the field %s is read over a shoulder, or keeps a password manager out (%q)", p.Path(),
				s.AttrOr("name", ""), fill)
		}
	})
	p.Doc().Find("form").Each(func(_ int, s *goquery.Selection) {
		if s.Find("button").Length() != s.Find("button[disabled]").Length() {
			w.leadsSomewhere(p, s, role, routes)
		}
	})
}

// leadsSomewhere holds that a form goes to a route that its reader may use.
func (w *walk) leadsSomewhere(p *webtest.Page, form *goquery.Selection, role auth.Role, routes []site.Line) {
	w.t.Helper()
	action, _ := form.Attr("action")
	method, _ := form.Attr("method")
	for _, to := range append(form.Find("[formaction]").Map(func(_ int, b *goquery.Selection) string {
		a,
			_ := b.Attr("formaction")
		return a
	}), action) {
		u, err := url.Parse(to)
		if err != nil || !slices.ContainsFunc(routes, func(l site.Line) bool {
			return strings.EqualFold(l.Method, method) && fits(l.Path, u.Path) && mayPass(l, role)
		}) {
			w.t.Errorf("%s as %s: the form %s %s leads to no route of theirs", p.Path(), role, method, to)
		}
	}
}

// fits tells whether a path is of a route's pattern.
func fits(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && (!strings.HasPrefix(want[i], ":") || got[i] == "new") {
			return false
		}
	}
	return true
}

// TestEveryRouteThatReadsIsCrawled holds that the crawl above knows them all: a page
// that no link leads to is as good as not there.
func TestEveryRouteThatReadsIsCrawled(t *testing.T) {
	t.Parallel()
	w := lived(t)
	k := crawlAs(w.admin, w.extra...)
	for _, l := range site.Table(w.App, site.Options{}) {
		if !l.Safe() || slices.Contains(notByLinks, l.Path) || w.isCSVOnly(l.Path) {
			continue
		}
		if !slices.ContainsFunc(k.pages, func(p *webtest.Page) bool { return fits(l.Path, p.URL.Path) }) {
			t.Errorf("no link leads to %s", l.Path)
		}
	}
}

// isCSVOnly tells of the address of a workbook whether its list is given as CSV alone, and says so.
func (w *walk) isCSVOnly(path string) bool {
	return strings.HasSuffix(path, ".xlsx") && (strings.Contains(path, ":") ||
		w.admin.Look(path).Status == http.StatusNotFound)
}

// notByLinks are reached before signing in, by script, by a form, by a refused form, as a picture or part of a page,
// or only after a switch day.
var notByLinks = []string{"/next", "/invoices/:id/logo", "/settings/company/logo", "/setup", "/login", "/sync-runs/:id/events",
	"/crm-sources/:id/runs/:run/events", "/subscriptions/:id/quantity", "/cutovers/:id/report",
	"/subscriptions/:id/prices", "/subscriptions/:id/bill-from-start", "/columns", "/mapping/batches/:id",
	"/bulk/:id/events", "/mapping/suggestions/:id/events", "/billing-runs/:id/events", "/bulk/:id/records",
	"/search/hits", "/login/code",
	"/login/forgotten", "/login/link", "/prove", "/settings/profile/app", "/settings/profile/recovery",
	"/four-eyes/:id", "/login/sso", "/login/sso/callback"}

// TestHeadAnswersAsGet asks each kind of page both ways.
func TestHeadAnswersAsGet(t *testing.T) {
	t.Parallel()
	w := lived(t)
	for _, p := range crawlAs(w.admin, w.extra...).one() {
		head := w.admin.Send(w.admin.Request(http.MethodHead, p.Path(), nil))
		if head.Status != p.Status || len(head.Body) > 0 ||
			head.Header.Get("Content-Type") != p.Header.Get("Content-Type") {
			t.Errorf("HEAD %s: %d, %d bytes, %s; GET: %d, %s", p.Path(), head.Status, len(head.Body),
				head.Header.Get("Content-Type"), p.Status, p.Header.Get("Content-Type"))
		}
	}
}
