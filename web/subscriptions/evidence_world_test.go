package subscriptions_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/syncing"
	"seatledger/internal/testkit/webtest"
)

// wire is a distributor with one customer, whose subscriptions are records as typed.
type wire struct {
	mu   sync.Mutex
	rows []map[string]any
}

func (w *wire) list(rows ...map[string]any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rows = rows
}

func (w *wire) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	page := func(rows any, n int) map[string]any {
		return map[string]any{"requestId": "r1", "data": map[string]any{"total": n, "records": rows}}
	}
	out.Header().Set("Content-Type", "application/json")
	answer := any(page([]any{}, 0))
	switch {
	case strings.HasSuffix(r.URL.Path, "/token"):
		answer = map[string]any{"access_token": "t", "token_type": "bearer", "expires_in": 3600}
	case strings.HasSuffix(r.URL.Path, "/customers"):
		answer = page([]any{map[string]any{"customerNo": "1200000", "name": "fabrikam.example", "status": "Active"}}, 1)
	case strings.HasSuffix(r.URL.Path, "/subscriptions"):
		answer = page(w.rows, len(w.rows))
	}
	_ = json.NewEncoder(out).Encode(answer)
}

// licence is eight seats of a product, as the distributor lists them.
func licence(id string, more ...string) map[string]any {
	row := map[string]any{"subscriptionId": id, "productName": "Business Premium",
		"mfgPartNo": "CFQ7TTC0LGZT:000D:P1Y:M", "vendorName": "Microsoft", "skuNo": 900100,
		"quantity": 8, "unitPrice": 3, "currency": "USD", "billingFrequency": "month", "startDate": "2026-01-01",
		"endDate": "2026-12-31", "status": "Activated"}
	for i := 0; i+1 < len(more); i += 2 {
		row[more[i]] = more[i+1]
	}
	return row
}

// house is the whole site with that distributor as its provider, and a customer with a
// contract, walked through pages.
type house struct {
	*webtest.Site
	t        *testing.T
	wire     *wire
	admin    *webtest.Client
	provider string // path of its page
	contract string
}

func newHouse(t *testing.T) *house { t.Helper(); return newHouseAt(t, "") }

// newHouseAt is such a house on the morning of a day.
func newHouseAt(t *testing.T, day string) *house {
	t.Helper()
	var at time.Time
	if day != "" {
		d, err := clock.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		at = d.Start(time.UTC).Add(9 * time.Hour)
	}
	h := &house{t: t, wire: &wire{}, Site: webtest.Start(t,
		webtest.Options{At: at, Env: map[string]string{"OUTBOUND_ALLOW": "127.0.0.1/32"}})}
	far := httptest.NewServer(h.wire)
	t.Cleanup(far.Close)
	h.admin = h.Client()
	h.admin.Get("/providers").Submit("form", "name", "Ada Example", "email", "ada@reseller.example", "password",
		"an honest sentence")
	p := h.admin.Get("/providers/new").FormTo("/providers").Set("name", "Northwind", "user_name",
		"integration@reseller.example", "password", "sandbox-password",
		"url", far.URL, "application_id", "app-1", "application_secret", "a-secret-of-tests",
		"reseller_number", "100200",
		"token_url", far.URL+"/oauth2/v1/token", "grant", "password", "currency", "USD").Submit().Next()
	h.provider = p.Path()
	h.run("/sync-accounts")
	account := "/accounts/" + h.admin.Get("/accounts.csv").Records()[0]["id"]
	h.admin.Get(account).FormTo(account + "/create-crm-account").Submit().Next()
	customer := h.admin.Get("/crm-accounts.csv").Records()[0]["id"]
	c := h.admin.Get("/contracts/new").FormTo("/contracts").Set("crm_account_id", customer, "name", "Cloud monthly",
		"currency", "USD", "billing_frequency", "monthly",
		"timing", "advance", "billing_day", "1", "refunds", "yes", "start_date", "2026-01-01", "bill_from",
		"2026-01-01", "is_default", "on").Submit().Next()
	h.contract = c.Path()
	return h
}

// run starts a sync from the provider's menu, waits for its end and gives its page.
func (h *house) run(command string) *webtest.Page {
	h.t.Helper()
	p := h.admin.Post(h.provider+command, url.Values{"anyway": {"on"}}).Next()
	if r := h.WaitRun(p); r.State != syncing.Succeeded {
		h.t.Fatalf("%s: %s %s", command, r.State, r.Message)
	}
	return h.admin.Get(p.Path())
}

// sub is the row of a subscription in the file.
func (h *house) sub(external string) map[string]string {
	h.t.Helper()
	for _, r := range h.admin.Get("/subscriptions.csv").Records() {
		if r["external_id"] == external {
			return r
		}
	}
	h.t.Fatalf("%s is not here", external)
	return nil
}

// changes are the counted rows of its ledger, as "day event delta".
func (h *house) changes(external string) string {
	h.t.Helper()
	var all []string
	for _, r := range h.admin.Get("/changes.csv?subscription=" + h.sub(external)["id"]).Records() {
		if r["counted"] == "true" && r["event"] != "price" {
			all = append(all, r["effective_at"]+" "+r["event"]+" "+r["delta"])
		}
	}
	return strings.Join(all, ", ")
}

func (h *house) price(external, amount string) {
	h.t.Helper()
	record := "/subscriptions/" + h.sub(external)["id"]
	h.admin.Get(record).FormTo(record+"/price").Set("unit_price", amount, "price_period", "month").Submit().Next()
}

func (h *house) sign(external string) {
	h.t.Helper()
	h.admin.Post("/subscriptions/sign-off",
		url.Values{"id": {h.sub(external)["id"]}, "note": {"checked"}}).Next().Shows("signed off")
}

// bill invoices the contract up to a day, confirming what is asked, and gives the total.
func (h *house) bill(to string) string {
	h.t.Helper()
	draft := h.admin.Post(h.contract+"/invoices",
		url.Values{"period_end": {to}, "kind": {"full_cycle"}, "earlier": {"on"}}).Next()
	id := draft.URL.Path[strings.LastIndex(draft.URL.Path, "/")+1:]
	for _, i := range h.admin.Get("/invoices.csv").Records() {
		if i["id"] == id {
			return i["total"]
		}
	}
	h.t.Fatalf("no invoice at %s: %s", draft.Path(), draft.Text())
	return ""
}

func (h *house) today() clock.Date { return clock.Today(h.App.Clock, h.App.Retire.Zone) }

func has(words, word string) bool { return strings.Contains(" "+words+" ", " "+word+" ") }

// lastMonth is the first day of the month before this one.
func (h *house) lastMonth() clock.Date {
	return clock.NewDate(h.today().Year(), h.today().Month(), 1).AddMonths(-1)
}

func (h *house) billFrom(day string) {
	h.t.Helper()
	h.admin.Get(h.contract+"/edit").FormTo(h.contract).Set("bill_from", day).Submit().Next()
}

const byHandColumns = "account_external_id,external_id,part_number,product,quantity,unit_cost,cost_period,currency,term,billing_frequency,start_date,end_date"

// byHand makes a manual provider with an account of the customer and subscriptions from
// lines of a file, and gives the provider's page.
func (h *house) byHand(lines ...string) string {
	h.t.Helper()
	manual := h.admin.Get("/providers/new?connector=manual").FormTo("/providers").Set("name",
		"By hand").Submit().Next().Path()
	h.admin.Get(manual+"/accounts/new").FormTo(manual+"/accounts").Set("external_id", "A1", "name",
		"Fabrikam").Submit().Next()
	account := "/accounts/" + h.admin.Get("/accounts.csv?q=A1").Records()[0]["id"]
	h.admin.Post(account+"/map", url.Values{"crm_account_id": {h.admin.Get("/crm-accounts.csv").
		Records()[0]["id"]}}).Next()
	h.upload(manual, byHandColumns+"\n"+strings.Join(lines, "\n")+"\n")
	return manual
}

// listed syncs one licence of the distributor and gives its row.
func (h *house) listed(external string) map[string]string {
	h.t.Helper()
	h.wire.list(licence(external))
	h.run("/sync-subscriptions")
	return h.sub(external)
}

func (h *house) upload(provider, file string) {
	h.t.Helper()
	preview := h.admin.Get(provider+"/import").FormTo(provider+"/import").File("file", file).Submit().Next()
	preview.FormTo(preview.URL.Path + "/apply").Submit().Next()
}

// atTheirEnd is what the clockwork does every 20 seconds.
func (h *house) atTheirEnd() {
	h.t.Helper()
	if err := h.App.Retire.AtTheirEnd(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// priced gives the contract a list with a price of a product for a year, billed monthly, from 1 January on.
func (h *house) priced(part, product, amount string) {
	h.t.Helper()
	list := h.admin.Get("/price-lists/new").FormTo("/price-lists").Set("name", "Standard", "currency",
		"USD").Submit().Next().Path()
	h.admin.Get(list+"/items/new").FormTo(list+"/items").Set("vendor", "Microsoft", "part_number", part,
		"product_name", product, "unit", "month", "term", "annual", "billing_frequency", "monthly",
		"unit_price", amount,
		"effective_from", "2026-01-01").Submit().Next()
	h.admin.Get(h.contract+"/edit").FormTo(h.contract).Set("price_list_id",
		strings.TrimPrefix(list, "/price-lists/")).Submit().Next()
}

// preview is the page of a run before anything is made.
func (h *house) preview(to string) *webtest.Page {
	h.t.Helper()
	return h.admin.Get(h.contract + "/invoices/new?kind=full_cycle&period_end=" + to)
}
