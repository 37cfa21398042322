package httpx_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/testkit/htmlcheck"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// notices is a store for one person.
type notices struct{ waiting []layout.Notice }

func (n *notices) Put(_ context.Context, one layout.Notice) { n.waiting = append(n.waiting, one) }

func (n *notices) Pop(context.Context) []layout.Notice {
	out := n.waiting
	n.waiting = nil
	return out
}

func framed(n *notices) echo.MiddlewareFunc {
	return httpx.WithFrame(httpx.Frame{Notices: n, Base: func(echo.Context) layout.Page {
		return layout.Page{ThemeAction: httpx.ThemePath, Nav: []layout.Section{{Items: []layout.Item{
			{Label: "Dashboard", Href: "/"}, {Label: "Things", Href: "/x"}, {Label: "Imports", Href: "/x/imports"},
		}}}}
	}})
}

func show(c echo.Context) error { return httpx.Render(c, http.StatusOK, httpx.Page(c, "Things")) }

func TestANoticeIsShownOnce(t *testing.T) {
	t.Parallel()
	store := &notices{}
	w := ask{method: http.MethodPost,
		target: "/x"}.of(site(func(c echo.Context) error { return httpx.Done(c, "/x", "Three seats were added.") },
		io.Discard, framed(store)))
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/x" {
		t.Fatalf("%d to %s", w.Code, w.Header().Get("Location"))
	}
	e := site(show, io.Discard, framed(store))
	for i, want := range []bool{true, false} {
		if got := strings.Contains((ask{target: "/x"}).of(e).Body.String(), "Three seats were added."); got != want {
			t.Errorf("page %d shows the notice: %v", i+1, got)
		}
	}
}

func TestTheNavigationMarksWhereOneIs(t *testing.T) {
	t.Parallel()
	e := site(show, io.Discard, framed(&notices{}))
	for target, want := range map[string]string{"/x": "Things", "/x/1/edit": "Things", "/x/imports": "Imports",
		"/x/imports/2": "Imports", "/xy": ""} {
		doc := htmlcheck.Parse(t, ask{target: target}.of(e).Body)
		htmlcheck.Page(t, doc)
		if got := htmlcheck.Text(doc.Find(`[aria-current="page"]`)); got != want {
			t.Errorf("%s marks %q, want %q", target, got, want)
		}
	}
}

func TestTheThemeIsKeptInACookie(t *testing.T) {
	t.Parallel()
	for theme, want := range map[string]string{"dark": "dark", "light": "light", "": "", "pink": ""} {
		w := post(t, url.Values{"theme": {theme}, "next": {"//evil.example"}}, httpx.SetTheme)
		if w.Header().Get("Location") != "/" {
			t.Errorf("%s leads to %s", theme, w.Header().Get("Location"))
		}
		r := ask{target: "/x", header: map[string]string{"Cookie": strings.Split(w.Header().Get("Set-Cookie"), ";")[0]}}
		doc := htmlcheck.Parse(t, r.of(site(show, io.Discard, framed(&notices{}))).Body)
		if got := doc.Find("html").AttrOr("data-theme", ""); got != want {
			t.Errorf("%q shows as %q", theme, got)
		}
	}
}

func TestAViewThatFailsHalfWayIsAnErrorPage(t *testing.T) {
	t.Parallel()
	half := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "<p>half")
		return errors.New("broken view")
	})
	w := ask{target: "/x"}.of(site(func(c echo.Context) error { return httpx.Render(c, http.StatusOK, half) },
		io.Discard))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "half") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestANoticeMayCarryALink(t *testing.T) {
	t.Parallel()
	store := &notices{}
	_ = ask{method: http.MethodPost, target: "/x"}.of(site(func(c echo.Context) error {
		httpx.TellNotice(c, layout.Notice{Text: "Queued.", Tone: ui.Info, Href: "/sync-runs/1", Label: "See the run"})
		return httpx.SeeOther(c, "/x")
	}, io.Discard, framed(store)))
	doc := htmlcheck.Parse(t, ask{target: "/x"}.of(site(show, io.Discard, framed(store))).Body)
	if got := doc.Find(`.notice a[href="/sync-runs/1"]`).Length(); got != 1 {
		t.Errorf("%d links", got)
	}
}
