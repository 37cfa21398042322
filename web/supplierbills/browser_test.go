package supplierbills_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seatledger/internal/testkit/browser"
	"seatledger/internal/testkit/webtest"
)

// TestBillsInABrowser looks at what is shown of bills, wide and light, narrow and dark: nothing scrolls sideways and
// axe finds nothing. SEATLEDGER_SHOTS names a folder for the pictures.
func TestBillsInABrowser(t *testing.T) {
	t.Parallel()
	chrome := browser.Start(t)
	d := open(t)
	first := d.apply(d.upload(neutral, "total", "65.99"))
	replaced := d.upload(strings.ReplaceAll(neutral, ",50.40,", ",55.40,"))
	commerce := d.apply(d.upload(zipped(t, commerceStart, commerceMore, commerceLast)))
	asked := d.upload("customer,subscription_external_id,from,ende,quantity,amount\nContoso,S1,3/1/2026,4/2/2026,1,5.00\n")
	pages := map[string]string{"list": "/supplier-bills", "new": "/supplier-bills/new", "hand": "/supplier-bills/hand",
		"bill": first.Path(), "commerce": commerce.Path(), "lines": commerce.Path() + "/lines",
		"replaced": replaced.Path(),
		"asked":    asked.Path(), "back": first.Path() + "/take-back"}
	tab := chrome.Tab(t)
	tab.Go(d.site.URL + "/login")
	tab.Fill("email", "billing@reseller.example")
	tab.Fill("password", webtest.Password)
	tab.Submit(`form button[type="submit"]`)
	tab.WaitFor(".app")
	for size, dark := range map[int64]bool{1400: false, 320: true} {
		tab.Size(size, 900)
		tab.Dark(dark)
		for name, path := range pages {
			tab.Go(d.site.URL + path)
			browser.Axe(t, tab)
			if over := tab.Overflow(); over > 0 {
				t.Errorf("%s is %d pixels too wide at %d", path, over, size)
			}
			if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
				tab.Screenshot(filepath.Join(dir, fmt.Sprintf("bills-%s-%d.png", name, size)))
			}
		}
	}
	for _, trouble := range tab.Troubles() {
		t.Errorf("the browser complains: %s", trouble)
	}
}
