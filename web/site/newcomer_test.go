package site_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/testkit/webtest"
)

// newcomer goes through an empty installation and counts what it takes: a page for each that is shown, a click for each
// link, button, tick and box.
type newcomer struct {
	*walk
	page          *webtest.Page
	pages, clicks int
	steps         []string
}

func (n *newcomer) on(p *webtest.Page, what string) {
	n.t.Helper()
	for p.Status == http.StatusSeeOther { // a browser goes on by itself
		p = n.admin.Look(p.Location())
	}
	n.page, n.pages, n.clicks = p.Want(http.StatusOK), n.pages+1, n.clicks+1
	n.steps = append(n.steps, fmt.Sprintf("%d. %s: %s", n.clicks, what, p.Path()))
}

// follow clicks a link of the page.
func (n *newcomer) follow(words string) {
	n.t.Helper()
	n.on(n.admin.Look(n.page.Link(words)), words)
}

// press sends a form of the page with what is typed.
func (n *newcomer) press(action string, typed ...string) {
	n.t.Helper()
	n.on(n.page.FormTo(action).Set(typed...).Submit(), action)
}

// run waits for what the page follows by itself.
func (n *newcomer) run() {
	n.t.Helper()
	n.WaitRun(n.page)
	n.page = n.admin.Get(n.page.URL.Path)
}

// From an empty installation to the first billed run with ten customers: at most 25 pages and 20 clicks.
func TestANewcomerBillsTheFirstRunInTwentyClicks(t *testing.T) {
	t.Parallel()
	size := sandbox.DataOptions{Customers: 10, Subscriptions: 40, Seed: 20}
	n := &newcomer{walk: beginOver(t, size, nil)}
	n.page, n.pages = n.admin.Look("/setup"), 1
	n.on(n.page.Form("form").Set("name", "Ada Example", "email", "ada@reseller.example", "password",
		"an honest sentence").Submit(), "create the administrator")
	n.press("/providers", "name", "TD SYNNEX US", "user_name", "integration@reseller.example", "password", apiPassword,
		"url", n.FarURL, "application_id", "app-1", "application_secret", apiSecret, "reseller_number",
		sandbox.DefaultReseller, "token_url", n.FarURL+"/oauth2/v1/token", "currency", "USD")
	n.run()
	n.settle()

	n.follow("Next step")
	file := "external_id,name,website,tenant_id\r\n"
	for i, c := range n.data.Companies() {
		if i == 2 || i == 8 { // known by its name alone, so a person confirms it
			file += fmt.Sprintf("C-%d,%q,,\r\n", i, c.Name)
			continue
		}
		file += fmt.Sprintf("C-%d,%q,%s,%s\r\n", i, c.Name, c.Domain, c.TenantID)
	}
	n.on(n.page.FormTo("/crm-accounts/import").File("file", file).Submit(), "the file of customers")
	n.press(n.page.URL.Path + "/apply")
	n.suggest()

	n.follow("Next step")
	n.clicks++ // the tick beside "I have looked at the list"
	n.press("/mapping/bulk", "confirm", "on")
	n.page.Shows("Mapped")

	n.follow("Next step")
	n.press("/price-lists", "currency", "USD")
	n.press(n.page.URL.Path)
	n.press(n.page.URL.Path + "/apply")

	n.follow("Next step")
	first := n.App.Clock.Now().Format("2006-01") + "-01"
	n.press("/contracts/make", "bill_from", first, "start_date", first)
	n.press(n.page.URL.Path + "/apply")
	n.page.Shows("10 of 10")

	n.follow("Next step")
	n.clicks++ // the box that ticks all rows
	form := n.page.FormTo("/subscriptions/sign-off").Set("note", "Checked against the order")
	n.page.Doc().Find(`input[name="id"]`).Each(func(_ int, s *goquery.Selection) {
		form.Tick("id", s.AttrOr("value", ""))
	})
	n.on(form.Submit(), "sign off")

	n.follow("Billing")
	billing := n.page.FormTo("/billing-runs")
	billing.Values.Set("step", "bill")
	n.on(billing.Submit(), "draft and bill")
	n.page.Shows("10", "Send 10 invoices")
	if n.pages > 25 || n.clicks > 20 {
		t.Errorf("%d pages and %d clicks", n.pages, n.clicks)
	}
	t.Logf("%d pages, %d clicks: %q", n.pages, n.clicks, n.steps)
	if p := n.admin.Get("/"); p.Has("From an empty installation to the first billed run") {
		t.Error("the first steps stay though the first run is billed")
	}
}

// settle waits until the subscriptions are read that a run of accounts leads to.
func (n *newcomer) settle() {
	n.t.Helper()
	for _, r := range n.admin.Get("/sync-runs.csv").Records() {
		if r["kind"] == "subscriptions" {
			n.WaitRun(n.admin.Get("/sync-runs/" + r["id"]))
			return
		}
	}
	n.t.Fatal("no run reads the subscriptions")
}

// suggest does what the queue would after an import of customers.
func (n *newcomer) suggest() {
	n.t.Helper()
	id := uuid.MustParse(n.admin.Get("/providers.csv").Records()[0]["id"])
	if _, err := n.App.Mapping.Refresh(n.t.Context(), id); err != nil {
		n.t.Fatal(err)
	}
}
