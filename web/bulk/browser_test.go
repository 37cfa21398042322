package bulk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"seatledger/internal/testkit/browser"
	"seatledger/internal/testkit/webtest"
)

// TestWorkForManyInABrowser looks at what is asked and shown before many are changed, wide and light, narrow and dark:
// nothing scrolls sideways and axe finds nothing. SEATLEDGER_SHOTS names a folder for the pictures.
func TestWorkForManyInABrowser(t *testing.T) {
	t.Parallel()
	chrome := browser.Start(t)
	s, list := market(t, "Aspen", "Birch")
	pages := map[string]string{"make": "/contracts/make", "causes": "/subscriptions/causes",
		"reckon": "/price-lists/" + list + "/reckon", "contracts": "/contracts", "customers": "/crm-accounts",
		"failing": "/subscriptions?review=fail"}
	pages["made"] = s.made("/contracts/make", "all", "1", "filter", "contract=no&mapped=yes&q=aspen",
		"price_list_id", list,
		"name", "Cloud")
	s.apply(pages["made"])
	pages["priced"] = s.made("/bulk", "deed", "set-price", "all", "1", "filter", "")
	tab := chrome.Tab(t)
	tab.Go(s.URL + "/login")
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
				tab.Screenshot(filepath.Join(dir, fmt.Sprintf("many-%s-%d.png", name, size)))
			}
		}
	}
	for _, trouble := range tab.Troubles() {
		t.Errorf("the browser complains: %s", trouble)
	}
}
