package manual

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/browser"
	"seatledger/web/session"
)

// TestTheFormsInABrowser looks at every form wide and light, and narrow and dark:
// nothing scrolls sideways, axe finds nothing. SEATLEDGER_SHOTS names a folder for the pictures.
func TestTheFormsInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("By hand", "manual")
	w.account(p, "10001", "Aspen")
	olga := w.person("Olga Example", auth.Operator)
	olga.post(providerPath(p)+"/subscriptions", subscriptionFields("S-1", "12")...)
	preview := olga.upload(providerPath(p)+"/import", "external_id,quantity,effective_at\nS-1,15,2026-10-20\nS-2,3,\n")
	pages := map[string]string{
		"account": providerPath(p) + "/accounts/new", "subscription": providerPath(p) + "/subscriptions/new",
		"import":   providerPath(p) + "/import",
		"preview":  preview.Request.URL.Path,
		"quantity": "/subscriptions/" + w.value(`SELECT id::text FROM subscriptions`) + "/quantity",
		"end":      "/subscriptions/" + w.value(`SELECT id::text FROM subscriptions`) + "/end",
	}
	tab := browser.Start(t).Tab(t)
	tab.Go(w.URL + session.LoginPath)
	tab.Fill("email", "olga@reseller.example")
	tab.Fill("password", password)
	tab.Submit(`button[type="submit"]`)
	tab.WaitFor(".side__foot") // the sign-in page has none
	for name, path := range pages {
		for width, dark := range map[int64]bool{1280: false, 320: true} {
			tab.Size(width, 900)
			tab.Dark(dark)
			tab.Go(w.URL + path)
			if over := tab.Overflow(); over > 0 {
				t.Errorf("%s is %d pixels wider than %d", name, over, width)
			}
			browser.Axe(t, tab)
			if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
				tab.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, width)))
			}
		}
	}
	if troubles := tab.Troubles(); len(troubles) > 0 {
		t.Errorf("the browser complains: %v", troubles)
	}
}
