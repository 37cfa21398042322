package cutovers_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"seatledger/internal/testkit/browser"
	"seatledger/internal/testkit/webtest"
)

// look looks at the page that arrive leads to, wide and light, and narrow and dark: nothing
// scrolls sideways, axe finds nothing. SEATLEDGER_SHOTS names a folder for the pictures.
func look(t *testing.T, tab *browser.Tab, name string, arrive func()) {
	t.Helper()
	for width, dark := range map[int64]bool{1280: false, 320: true} {
		tab.Size(width, 900)
		tab.Dark(dark)
		arrive()
		if over := tab.Overflow(); over > 0 {
			t.Errorf("%s is %d pixels wider than %d", name, over, width)
		}
		browser.Axe(t, tab)
		if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
			tab.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, width)))
		}
	}
}

func TestThePagesOfAWrongTurnInABrowser(t *testing.T) {
	t.Parallel()
	m := open(t, 10)
	m.begin()
	tab := browser.Start(t).Tab(t)
	tab.Go(m.URL + "/login")
	tab.Fill("email", "operator@reseller.example")
	tab.Fill("password", webtest.Password)
	tab.Submit(`button[type="submit"]`)
	tab.WaitFor(".side__foot") // the sign-in page has none
	customer, proof := m.URL+m.run+"/customers/"+m.customer.String(), m.URL+m.run+"/proof"
	look(t, tab, "exact-pairs", func() { tab.Go(customer) })
	m.post("/pairs", "crm_account_id", m.customer.String(), "kind", "ended", "old_subscription_id",
		m.oldID.String()).Want(http.StatusSeeOther)
	look(t, tab, "by-name", func() {
		tab.Go(customer)
		tab.Click(`form:has(input[name="from_start"]) button`)
		tab.WaitFor(`input[name="confirm"]`)
	})
	m.post("/pairs", "crm_account_id", m.customer.String(), "kind", "new", "new_subscription_id", m.newID.String(),
		"from_start", "1", "confirm", "Contoso").Want(http.StatusSeeOther)
	m.take("confirm").Next()
	look(t, tab, "doubles", func() { tab.Go(proof) })
	look(t, tab, "both-are-real", func() {
		tab.Go(proof)
		tab.Click(`form:has(input[name="double"]) button`)
		tab.WaitFor(`input[name="confirm"]`)
	})
}
