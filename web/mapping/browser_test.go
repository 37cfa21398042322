package mapping_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/testkit/browser"
	"seatledger/internal/testkit/webtest"
)

// seat is a browser tab in which an operator has signed in.
func (w world) seat(b *browser.Browser) *browser.Tab {
	w.t.Helper()
	w.operator() // makes the user
	tab := b.Tab(w.t)
	tab.Go(w.URL + "/login")
	tab.Fill("email", "operator@reseller.example")
	tab.Fill("password", webtest.Password)
	tab.Submit(`button[type="submit"]`)
	tab.WaitFor(".side__foot") // the sign-in page has none
	return tab
}

// TestThePagesInABrowser looks at every page wide and light, and narrow and dark:
// nothing scrolls sideways, axe finds nothing. SEATLEDGER_SHOTS names a folder for the pictures.
func TestThePagesInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pages := w.scene()
	tab := w.seat(browser.Start(t))
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

// scene is a provider with an account in every standing; it gives the pages worth looking at.
func (w world) scene() map[string]string {
	p := w.provider("North")
	harbor := company{name: "Harborview Dental", domain: "harborview.example", street: "12 Quay Street",
		city: "Portland", phone: "+1 503 555 0100"}
	open := w.account(p, "10001", harbor)
	harbor.name, harbor.street = "Harborview Dental Group LLC", "12 Quay St, Suite 4"
	w.customer(harbor)
	w.customer(company{name: "Harbor View Dentistry", domain: "harbor-dentistry.example", city: "Salem"})
	mapped := w.account(p, "10002",
		company{name: "Redwood Legal Partners with a very long name that has to wrap somewhere",
			domain: "redwood.example"})
	redwood := w.customer(company{name: "Redwood Legal", domain: "redwood.example", city: "Eugene"})
	w.operator()
	w.exec(`UPDATE provider_accounts
		SET state = 'mapped', crm_account_id = ?, decided_by = 'Robin Operator', decided_by_person = true, version = 2
		WHERE id = ?`, redwood, mapped)
	taken := w.account(p, "10003", company{name: "Redwood Legal", domain: "redwood.example", city: "Eugene"})
	w.customer(company{name: "Redwood Legal East", domain: "redwood-east.example", city: "Bend"})
	none := w.account(p, "10007", company{name: "zzqx-unknown"})
	tie := w.account(p, "10008", company{name: "Lakeside Clinic"})
	w.customer(company{name: "Lakeside Clinic", city: "Portland"})
	w.customer(company{name: "Lakeside Clinic", city: "Bend"})
	for i, c := range towns(6) {
		w.account(p, fmt.Sprint(20000+i), c)
		w.customer(c)
	}
	w.suggest(p)
	at := func(id fmt.Stringer) string { return "/mapping?at=" + id.String() }
	batch := w.batchPage(p)
	return map[string]string{"list": "/mapping/list", "history": "/mapping/history", "bulk": "/mapping/bulk",
		"batch": batch, "empty": "/mapping?show=snoozed",
		"swap": "/mapping/" + taken.String() + "/swap?crm_account_id=" + redwood.String(), "open": at(open),
		"taken": at(taken), "none": at(none), "tie": at(tie), "search": at(open) + "&crm_q=har"}
}

// batchPage accepts two accounts at once, and gives the address of what came of it.
func (w world) batchPage(provider uuid.UUID) string {
	w.t.Helper()
	for i, c := range towns(8)[6:] {
		w.account(provider, fmt.Sprint(30000+i), c)
		w.customer(c)
	}
	w.suggest(provider)
	page := w.operator().Get("/mapping/bulk")
	f := page.Form("#accept").Tick("confirm", "on")
	f.Values["pair"] = f.Values["pair"][:2]
	return f.Submit().Want(303).Location()
}
