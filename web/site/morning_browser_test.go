package site_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"seatledger/internal/testkit/browser"
)

// TestTheMorningInABrowser looks at what a bad night leaves on the pages, wide and narrow, light and dark.
func TestTheMorningInABrowser(t *testing.T) {
	t.Parallel()
	chrome := browser.Start(t)
	w := evening(t)
	grows := w.licences()[1]
	w.must(w.Far.SetSeats(grows["external_id"], number(t, grows["quantity"])+3))
	good := w.night(0)
	w.Far.SetCredentials(nil)
	w.Far.RevokeTokens()
	bad := w.night(24 * 3600e9)
	tab := chrome.Tab(t)
	tab.Go(w.URL + "/login")
	tab.Fill("email", "ada@reseller.example")
	tab.Fill("password", "an honest sentence")
	tab.Submit(`form button[type="submit"]`)
	tab.WaitFor(".app")
	for _, size := range []int64{1400, 320} {
		for _, dark := range []bool{false, true} {
			tab.Size(size, 900)
			tab.Dark(dark)
			for name, path := range map[string]string{"dashboard": "/", "notices": "/notices",
				"good": "/sync-runs/" + good[1].ID.String(), "bad": "/sync-runs/" + bad[0].ID.String(),
				"general": "/settings/general"} {
				tab.Go(w.URL + path)
				browser.Axe(t, tab)
				if over := tab.Overflow(); over > 0 {
					t.Errorf("%s is %d pixels too wide at %d", path, over, size)
				}
				if dir := os.Getenv(screenshots); dir != "" {
					tab.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d-%v.png", name, size, dark)))
				}
			}
		}
	}
	tab.NoScript()
	tab.Size(320, 700)
	tab.Go(w.URL + "/")
	tab.Click(".bell")
	tab.WaitFor("tbody form button")
	tab.Submit("tbody form button")
	if left := browser.Eval[int](tab, `document.querySelectorAll("tbody form button").length`); left != 1 {
		t.Errorf("%d of two notices are still unread", left)
	}
	if said := tab.Troubles(); len(said) > 0 {
		t.Errorf("the browser says: %v", said)
	}
}
