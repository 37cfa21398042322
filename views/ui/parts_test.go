package ui_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"seatledger/internal/testkit/htmlcheck"
	"seatledger/static"
	"seatledger/views/ui"
)

// nasty is what a distributor might send as a name.
const nasty = `"><script>alert(1)</script><img src=x onerror=alert(1)>`

func TestStrangersTextIsNeverMarkup(t *testing.T) {
	t.Parallel()
	parts := map[string]templ.Component{
		"field": ui.Field{Name: "n", Label: nasty, Value: nasty, Hint: nasty, Error: nasty, Prefix: nasty},
		"area":  ui.Field{Kind: ui.TextArea, Name: "n", Label: "n", Value: "</textarea>" + nasty},
		"table": ui.Table{Caption: nasty, Columns: []ui.Column{{Label: nasty}},
			Rows: []ui.Row{{Label: nasty, Cells: []ui.Cell{{Text: nasty, Sub: nasty, Href: "javascript:alert(1)"}}}}},
		"badge": ui.Badge{Text: nasty, Title: nasty},
		"facts": ui.DefinitionList{Items: []ui.Definition{ui.Fact(nasty, nasty)}},
		"diff":  ui.DiffTable{Caption: nasty, Rows: []ui.Diff{{Field: nasty, Before: nasty, After: "b"}}},
		"copy":  ui.CopyText{Label: nasty, Value: nasty, Mailto: "javascript:alert(1)"},
		"raw":   ui.Raw{Summary: nasty, Text: nasty},
		"menu": ui.CommandMenu{Commands: []ui.Command{{Label: nasty, Action: "javascript:alert(1)",
			Confirm: nasty}}},
		"timeline": ui.Timeline{{Title: nasty, Who: nasty, Href: "javascript:alert(1)"}},
		"chips": ui.FilterBar{Action: "/x", Search: nasty, SearchLabel: "S",
			Chips: []ui.Chip{{Label: nasty, RemoveHref: "javascript:alert(1)"}}},
	}
	for name, c := range parts {
		doc := draw(t, c)
		if n := doc.Find("script, img, [onerror]").Length(); n > 0 {
			t.Errorf("%s lets markup through", name)
		}
		if h := html(t, c); strings.Contains(h, `="javascript:`) {
			t.Errorf("%s has a javascript address: %s", name, h)
		}
	}
}

func TestAnEmptyTableSaysWhy(t *testing.T) {
	t.Parallel()
	table := ui.Table{Caption: "Providers", Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No providers yet"}}
	doc := draw(t, table)
	if doc.Find("table").Length() != 0 || !strings.Contains(doc.Text(), "No providers yet") {
		t.Error("an empty list shows an empty table")
	}
	seen := map[string]bool{}
	for _, kind := range []ui.Emptiness{ui.NothingYet, ui.NoMatch, ui.LoadFailed} {
		seen[html(t, ui.EmptyState{Kind: kind, Title: "x"})] = true
	}
	if len(seen) != 3 {
		t.Error("kinds of emptiness look alike")
	}
}

func TestTableHeadsTellTheOrder(t *testing.T) {
	t.Parallel()
	doc := draw(t, galleryTable())
	if got := doc.Find(`th[aria-sort="ascending"]`).Length(); got != 1 {
		t.Errorf("%d sorted columns", got)
	}
	if got := doc.Find(`tbody th[scope="row"]`).Length(); got != 4 {
		t.Errorf("%d row headers", got)
	}
	if got := doc.Find("tbody tr").First().Find(".num").Length(); got != 3 {
		t.Errorf("%d figures are aligned", got)
	}
	if got := htmlcheck.Text(doc.Find("tfoot tr").Children().Eq(2)); got != "1,185" {
		t.Errorf("the sum under the seats is %q", got)
	}
	if !doc.Find("tfoot tr").Children().Eq(2).HasClass("num") {
		t.Error("the sum does not stand under its column")
	}
}

func TestCommandsThatChangeSomethingArePosts(t *testing.T) {
	t.Parallel()
	doc := draw(t, galleryMenu())
	if got := doc.Find(`form[method="post"]`).Length(); got != 4 {
		t.Errorf("%d forms", got)
	}
	if got := htmlcheck.Text(doc.Find(".menu__item").Last()); !strings.HasPrefix(got, "Deactivate") {
		t.Errorf("the last command is %q, want the destructive one", got)
	}
}

func TestUnknownIsNothingAndNeverZero(t *testing.T) {
	t.Parallel()
	if got := htmlcheck.Text(draw(t, ui.Money{Currency: "USD", Period: "per month"}).Selection); got != "" {
		t.Errorf("an unknown amount reads %q", got)
	}
	if got := htmlcheck.Text(draw(t, ui.Time{}).Selection); got != "" {
		t.Errorf("an unknown time reads %q", got)
	}
}

func TestEveryIconIsInTheSprite(t *testing.T) {
	t.Parallel()
	sprite := spriteText(t)
	for _, use := range strings.Split(html(t, gallery()), "sprite.svg#")[1:] {
		name, _, _ := strings.Cut(use, `"`)
		if !strings.Contains(sprite, `id="`+name+`"`) {
			t.Errorf("the icon %q is not drawn", name)
		}
	}
}

func spriteText(t *testing.T) string {
	t.Helper()
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, static.URL("icons/sprite.svg"), nil))
	return w.Body.String()
}
