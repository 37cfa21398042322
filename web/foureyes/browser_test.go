package foureyes_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/browser"
	"seatledger/internal/testkit/webtest"
)

// TestTheSecondPersonInABrowser looks at what is asked, granted and set up, light and dark, wide and narrow: nothing
// scrolls sideways and axe finds nothing. SEATLEDGER_SHOTS names a folder for the pictures.
func TestTheSecondPersonInABrowser(t *testing.T) {
	t.Parallel()
	chrome := browser.Start(t)
	s := newShop(t)
	id := s.subscribed("S-1")
	path := "/subscriptions/" + id + "/price"
	s.on()
	granted := s.asked(s.admin.Post(path, values(dear...)))
	s.grant(s.billing, granted).Want(http.StatusSeeOther)
	open := s.asked(s.admin.Post(path, values("unit_price", "30", "price_period", "month", "effective_on", "2026-11-22",
		"note", "much dearer")))
	other := s.asked(s.billing.Post(path, values("unit_price", "40", "price_period", "month", "effective_on",
		"2026-11-22", "note", "dearest")))
	s.SignIn(auth.Admin).Get("/settings/sso").FormTo("/settings/sso").Set("on", "on", "name", "Entra ID", "issuer",
		"https://login.example/v2.0", "client_id", "web", "client_secret", "word", "claim", "groups", "passwords",
		"all").
		Submit().Want(http.StatusSeeOther)
	pages := map[string]string{"list": "/four-eyes", "granted": granted, "open": open, "other": other,
		"rules": "/settings/four-eyes", "sso": "/settings/sso", "secrets": "/settings/secrets",
		"identity": "/settings/profile/identity", "profile": "/settings/profile"}
	tab := chrome.Tab(t)
	tab.Go(s.URL + "/login")
	browser.Axe(t, tab)
	tab.Fill("email", "admin@reseller.example")
	tab.Fill("password", webtest.Password)
	tab.Submit(`form button[type="submit"]`)
	tab.WaitFor(".app")
	for size, dark := range map[int64]bool{1400: false, 320: true} {
		tab.Size(size, 900)
		tab.Dark(dark)
		for name, path := range pages {
			tab.Go(s.URL + path)
			browser.Axe(t, tab)
			if over := tab.Overflow(); over > 0 {
				t.Errorf("%s is %d pixels too wide at %d", path, over, size)
			}
			if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
				tab.Screenshot(filepath.Join(dir, fmt.Sprintf("eyes-%s-%d.png", name, size)))
			}
		}
	}
	for _, trouble := range tab.Troubles() {
		t.Errorf("the browser complains: %s", trouble)
	}
}
