package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/browser"
	"seatledger/internal/testkit/webtest"
)

// hits are the addresses that a search shows, in their order.
func hits(p *webtest.Page) (out []string) {
	for _, n := range p.Doc().Find("[data-hit]").EachIter() {
		out = append(out, n.AttrOr("href", ""))
	}
	return out
}

func TestOneWordFindsRecordsPagesAndCommands(t *testing.T) {
	t.Parallel()
	w := walked(t)
	w.bill()
	viewer := w.SignIn(auth.Viewer)
	invoice := w.admin.Get("/invoices.csv").Records()[0]
	customer := w.admin.Get("/crm-accounts.csv").Records()[0]
	sub := w.admin.Get("/subscriptions.csv").Records()[0]
	for term, want := range map[string]string{
		invoice["number"]: "/invoices/" + invoice["id"], sub["external_id"]: "/subscriptions/" + sub["id"],
		strings.ToUpper(customer["name"]): "/crm-accounts/" + customer["id"],
		"price lists":                     "/price-lists", "audit": "/audit",
	} {
		found := hits(viewer.Get("/search?q=" + url.QueryEscape(term)))
		if len(found) == 0 || found[0] != want {
			t.Errorf("%q finds %v, want %s first", term, found, want)
		}
		if alone := hits(viewer.Get("/search/hits?q=" + url.QueryEscape(term))); strings.Join(alone, " ") !=
			strings.Join(found, " ") {
			t.Errorf("%q finds %v while one types", term, alone)
		}
	}
	for _, href := range hits(w.admin.Get("/search?q=new")) {
		w.admin.Get(href)
	}
	if found := hits(viewer.Get("/search?q=new")); strings.Contains(strings.Join(found, " "), "/new") {
		t.Errorf("a viewer is led to %v", found)
	}
	viewer.Get("/search?q=zzzz").Shows("Nothing fits “zzzz”")
	viewer.Get("/search?q=%27%3B--%3Cscript%3E").Shows("Nothing fits")
	viewer.Get("/search")
	viewer.Look("/search?q=" + strings.Repeat("a", 300)).Want(http.StatusUnprocessableEntity)
	viewer.Look("/search?q=%ff").Want(http.StatusUnprocessableEntity)
}

func TestTheSearchIsTheSecondStopAndGoesByKeys(t *testing.T) {
	t.Parallel()
	chrome := browser.Start(t)
	w := walked(t)
	name := w.admin.Get("/crm-accounts.csv").Records()[0]["name"]
	tab := w.tab(t, chrome)
	tab.Do(chromedp.KeyEvent(kb.Tab))
	tab.Do(chromedp.KeyEvent(kb.Tab))
	const focus = `document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.trim()`
	if at := browser.Eval[string](tab, focus); at != "Search everything" {
		t.Errorf("the second Tab stops at %q", at)
	}
	tab.Go(w.URL + "/changes")
	tab.Do(chromedp.KeyEvent("/"))
	tab.Do(chromedp.KeyEvent(name))
	tab.WaitFor(".find__hits .hit")
	browser.Axe(t, tab)
	tab.Do(chromedp.KeyEvent(kb.ArrowDown))
	if at := browser.Eval[string](tab, `document.activeElement.className`); at != "hit" {
		t.Errorf("an arrow down from the field leads to %q", at)
	}
	tab.Do(chromedp.KeyEvent(kb.Escape))
	if browser.Eval[bool](tab, `document.querySelector(".find__hits").checkVisibility()`) {
		t.Error("Escape leaves what was found open")
	}
	tab.Do(chromedp.KeyEvent(kb.Enter))
	tab.WaitFor(".hits")
	if said := tab.Troubles(); len(said) > 0 {
		t.Errorf("the browser says: %v", said)
	}
}
