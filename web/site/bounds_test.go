package site_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/pace"
	"seatledger/internal/testkit/webtest"
	"seatledger/web/site"
)

// TestEveryRouteHasItsBounds compares the table of bounds in the handbook with the routes: one that is new stands there
// under its class (SEATLEDGER_UPDATE=1 writes the table anew), and each class says what it may become.
func TestEveryRouteHasItsBounds(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	const page, begins = "../../docs/security/bounds.md", "| Address | Method | Class |\n| --- | --- | --- |\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	words, _, found := strings.Cut(string(text), begins)
	if !found {
		t.Fatal("the page has no table of routes")
	}
	var lines []string
	used := map[site.Class]bool{}
	for _, l := range site.Table(s.App, site.Options{}) {
		used[l.Class] = true
		lines = append(lines, fmt.Sprintf("| `%s` | %s | %s |\n", l.Path, l.Method, l.Class))
	}
	slices.Sort(lines)
	for class := range used {
		b := site.BoundOf(class)
		says := fmt.Sprintf("| %s | %s | %s | ", class, size(b.Body), limit(b))
		if !strings.Contains(words, "\n"+says) {
			t.Errorf("the page does not say %q", says)
		}
		if b.Body > 0 && b.Limit == 0 {
			t.Errorf("%s reads without an end", class)
		}
	}
	golden(t, page, words+begins+strings.Join(lines, ""))
}

func size(n int64) string {
	if n == 0 {
		return "none is read"
	}
	return fmt.Sprintf("%d MiB", n>>20)
}

func limit(b site.Bound) string {
	if b.Limit == 0 {
		return "as its reader keeps up"
	}
	return fmt.Sprintf("%d s", int(b.Limit.Seconds()))
}

// TestNoRouteReadsMoreThanItsBound sends every route that takes a form a body that is one byte too large, with and
// without saying so first. Nobody reads it.
func TestNoRouteReadsMoreThanItsBound(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	admin := s.SignIn(auth.Admin)
	for _, l := range site.Table(s.App, site.Options{}) {
		if l.Method != http.MethodPost || strings.HasSuffix(string(l.Class), "upload") || l.Path == "/logout" {
			continue
		}
		r := admin.Request(http.MethodPost, strings.NewReplacer(":list", "subscriptions", ":key",
			"x").Replace(l.Path), nil)
		most := site.BoundOf(l.Class).Body
		r.Body, r.ContentLength = io.NopCloser(io.LimitReader(unending{}, most+1)), most+1
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if got := admin.Send(r).Status; got != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: a body of %d bytes: %d", l.Path, most+1, got)
		}
	}
}

type unending struct{}

func (unending) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// One person who asks for files, uploads or runs without end is told to wait, in words; nobody else is.
func TestNobodyAsksForWhatIsDearWithoutEnd(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	admin, operator := s.SignIn(auth.Admin), s.SignIn(auth.Operator)
	for kind, ask := range map[pace.Kind]func(c *webtest.Client) *webtest.Page{
		pace.Files:   func(c *webtest.Client) *webtest.Page { return c.Look("/accounts.csv") },
		pace.Runs:    func(c *webtest.Client) *webtest.Page { return c.Post("/accounts/exclude", nil) },
		pace.Uploads: func(c *webtest.Client) *webtest.Page { return c.Post("/crm-accounts/import", nil) },
	} {
		if got := ask(admin).Status; got == http.StatusTooManyRequests {
			t.Fatalf("%s: the first is refused", kind)
		}
		runSQL(t, s, fmt.Sprintf(`UPDATE paces SET asked = %d WHERE kind = '%s'`, kind.Most()-1, kind))
		if got := ask(admin).Status; got == http.StatusTooManyRequests {
			t.Errorf("%s: one less than the bound is refused", kind)
		}
		refused := ask(admin).Want(http.StatusTooManyRequests)
		wait, err := strconv.Atoi(refused.Header.Get("Retry-After"))
		if err != nil || wait < 1 || wait > int(pace.Window.Seconds()) {
			t.Errorf("%s: Retry-After %q", kind, refused.Header.Get("Retry-After"))
		}
		if !refused.Has(fmt.Sprintf("%d ", kind.Most())) || !refused.Has("within ten minutes") {
			t.Errorf("%s: %s", kind, refused.Text())
		}
		if got := ask(operator).Status; got == http.StatusTooManyRequests {
			t.Errorf("%s: somebody else is refused", kind)
		}
		runSQL(t, s, fmt.Sprintf(`UPDATE paces SET since = since - interval '10 minutes' WHERE kind = '%s'`, kind))
		if got := ask(admin).Status; got == http.StatusTooManyRequests {
			t.Errorf("%s: after ten minutes it is refused", kind)
		}
	}
}
