package contractsync_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"seatledger/internal/testkit/browser"
	"seatledger/static"
)

// TestTheContractsSyncInABrowser looks at a listing with every kind of row, wide
// and light, and narrow and dark. SEATLEDGER_SHOTS names a folder for the pictures.
func TestTheContractsSyncInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t)
	a, _ := d.buy(premium, 5), d.buy(basic, 7)
	first := d.contract
	d.post(http.StatusSeeOther, "ticked", "on", "external_id", a)
	d.work()
	d.contract = d.newContract("Second", d.crm)
	d.ok(d.far.SetSeats(a, 12))
	d.buy(premium, 1200)
	d.post(http.StatusSeeOther, "list", "1")
	d.work()

	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.Handle("/", d.echo)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	b := browser.Start(t)
	never := "/contracts/" + first.String() + "/sync"
	for name, path := range map[string]string{"listed": d.path(), "never": never} {
		for width, dark := range map[int64]bool{1280: false, 320: true} {
			t.Run(fmt.Sprintf("%s-%d", name, width), func(t *testing.T) {
				tab := b.Tab(t)
				tab.Size(width, 900)
				tab.Dark(dark)
				tab.Go(s.URL + path)
				look(t, tab, fmt.Sprintf("contractsync-%s-%d.png", name, width))
			})
		}
	}
}

func look(t *testing.T, tab *browser.Tab, name string) {
	t.Helper()
	if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
		tab.Screenshot(filepath.Join(dir, name))
	}
	if n := tab.Overflow(); n > 0 {
		t.Errorf("the page is %d px wider than the window", n)
	}
	for _, trouble := range tab.Troubles() {
		t.Errorf("the browser complains: %s", trouble)
	}
	browser.Axe(t, tab)
}
