package invoices_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/labstack/echo/v4"

	"seatledger/internal/testkit/billtest"
	"seatledger/internal/testkit/browser"
	"seatledger/static"
)

// TestPagesInABrowser looks at what asks before a credit, and at a draft that is out of
// date, at both ends of the widths: nothing scrolls sideways and axe finds nothing.
// SEATLEDGER_SHOTS names a folder for the pictures.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t, "2026-03-02", billtest.Terms{})
	d.echo.GET(static.Prefix+"*", echo.WrapHandler(static.Handler()))
	a := d.Add("S1", 10, "2026-03-01")
	d.Add("S2", 5, "2026-03-01")
	billed := d.draft("2026-04-01")
	d.post(billed+"/bill", nil, http.StatusSeeOther)
	d.post(billed+"/credit", url.Values{"again": {"no"}, "amount": {"20"}, "reason": {"late delivery"}},
		http.StatusSeeOther)
	draft := d.draft("2026-05-01")
	d.Seats(a, 12, "2026-04-01")
	w := d.second("Backup and archive of all sites in the north, agreed 2026", "2026-03-01")
	other := d.second("Support", "2026-03-01")
	shared := d.draftOf(other.Contract, "2026-04-01")
	along := d.draftOf(w.Contract, "2026-04-01")
	d.post(shared+"/together", url.Values{"with": {idOf(along)}}, http.StatusSeeOther)
	d.post(shared+"/bill", nil, http.StatusSeeOther)
	together := d.draftOf(w.Contract, "2026-05-01")
	d.draftOf(other.Contract, "2026-05-01")
	s := httptest.NewServer(d.echo)
	t.Cleanup(s.Close)
	b := browser.Start(t)
	for name, path := range map[string]string{"credit": billed + "/credit", "contradicted": draft,
		"together": together, "shared": shared} {
		for _, v := range []struct {
			width int64
			dark  bool
		}{{1280, false}, {320, true}} {
			t.Run(fmt.Sprintf("%s-%d-%v", name, v.width, v.dark), func(t *testing.T) {
				tab := b.Tab(t)
				tab.Size(v.width, 900)
				tab.Dark(v.dark)
				tab.Go(s.URL + path)
				if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
					tab.Screenshot(filepath.Join(dir, fmt.Sprintf("invoices-%s-%d-%v.png", name, v.width, v.dark)))
				}
				if n := tab.Overflow(); n > 0 {
					t.Errorf("the page is %d pixels too wide", n)
				}
				browser.Axe(t, tab)
				for _, trouble := range tab.Troubles() {
					t.Error(trouble)
				}
			})
		}
	}
}
