package site_test

import (
	"net/http"
	"strings"
	"testing"

	"seatledger/docs/handbook"
	"seatledger/internal/testkit/webtest"
	"seatledger/web/site"
)

// TestTheHandbookIsAtHandOnEveryPage opens pages, follows their link to the handbook, and finds the section there.
func TestTheHandbookIsAtHandOnEveryPage(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	viewer := s.SignIn("viewer")
	for _, path := range []string{"/", "/providers", "/accounts", "/mapping", "/subscriptions", "/contracts",
		"/billing",
		"/invoices", "/supplier-bills", "/differences", "/cutovers", "/audit", "/notices", "/help"} {
		to := viewer.Get(path).Link("Help with this page")
		if to != handbook.For(path) {
			t.Errorf("%s leads to %s", path, to)
		}
		page, anchor, _ := strings.Cut(to, "#")
		there := viewer.Get(page).Want(http.StatusOK)
		if anchor != "" && there.Doc().Find("h2[id='"+anchor+"']").Length() != 1 {
			t.Errorf("%s: %s has no such section", path, to)
		}
	}
	for _, l := range site.Table(s.App, site.Options{}) {
		path, _, _ := strings.Cut(l.Path, ".")
		if l.Safe() && !l.Open && handbook.For(path) == "/help/start" {
			t.Errorf("the handbook tells nothing of %s", l.Path)
		}
	}
	viewer.Get("/help/operate").Shows("Is it well?", "seatledger doctor")
	viewer.Look("/help/nothing").Want(http.StatusNotFound)
	if at := s.Client().Look("/help").Path(); !strings.HasPrefix(at, "/login") {
		t.Errorf("without a session /help leads to %s", at)
	}
}
