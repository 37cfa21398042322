package site_test

import (
	"strings"
	"testing"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/testkit/webtest"
)

// old is a site whose only distributor is reached through the legacy API.
func old(t *testing.T) *walk {
	t.Helper()
	size := sandbox.DataOptions{Customers: 4, Subscriptions: 14, Seed: 20}
	w := &walk{t: t, Site: webtest.Start(t, webtest.Options{Far: size}), data: sandbox.NewData(size)}
	w.admin = w.Client()
	w.firstAdmin()
	p := w.admin.Get("/providers/new?comprehensive_api=off").FormTo("/providers").Set("name", "TD SYNNEX legacy",
		"user_name", "integration@reseller.example",
		"password", "sandbox-password", "url", w.FarURL, "reseller_number", sandbox.DefaultReseller, "currency",
		"USD").Submit().Next()
	w.provider = p.Path()
	w.verify()
	w.importCustomers()
	w.sync("/sync-accounts")
	w.mapAccounts()
	w.addPrices()
	w.addContracts()
	w.sync("/sync-subscriptions")
	return w
}

// licence is the first subscription that is in a contract and goes on.
func (w *walk) licence() map[string]string {
	w.t.Helper()
	for _, s := range w.admin.Get("/subscriptions.csv?state=active").Records() {
		if s["contract_id"] != "" && s["kind"] == "licence" && s["term"] != "one_time" && s["unit_cost"] != "" {
			return s
		}
	}
	w.t.Fatalf("no licence in a contract: %v", w.admin.Get("/subscriptions.csv").Records())
	return nil
}

func (w *walk) reading(id string) map[string]string {
	w.t.Helper()
	for _, s := range w.admin.Get("/subscriptions.csv").Records() {
		if s["id"] == id {
			return s
		}
	}
	w.t.Fatalf("no subscription %s", id)
	return nil
}

func (w *walk) edit(path, name, value string) {
	w.t.Helper()
	w.admin.Get(path+"/edit").FormTo(path).Set(name, value).Submit().Next()
}

// The legacy API gives no period of its costs, no term and no dates. Nothing of that is guessed, and nothing of it
// keeps a person from signing and billing once they have said what they know.
func TestALegacySubscriptionIsSignedAndBilledThroughPages(t *testing.T) {
	t.Parallel()
	w := old(t)
	s := w.licence()
	page := "/subscriptions/" + s["id"]
	if s["cost_period"] != "" {
		t.Fatalf("the period of the cost was guessed: %v", s)
	}
	w.admin.Get(page).Shows("The part number is not given by this connector", "The period of the cost is not known",
		"Open the provider")

	w.edit(w.provider, "cost_period", "month")
	if got := w.reading(s["id"]); got["cost_period"] != "" {
		t.Errorf("the setting wrote facts before a sync: %v", got)
	}
	w.sync("/sync-subscriptions")
	contract := "/contracts/" + s["contract_id"]
	w.edit(contract, "bill_from", w.App.Clock.Now().Format("2006-01")+"-01")
	if got := w.reading(s["id"]); got["cost_period"] != "month" || got["cost_period_assumed"] != "true" {
		t.Errorf("after the sync: %v", got)
	}
	w.admin.Get(page).Shows("period assumed: as set on the provider", "not given by this connector").
		FormTo(page+"/price").Set("unit_price", "19.90", "price_period", "month").Submit().Next()
	if got := w.reading(s["id"]); got["review"] != "warn" {
		t.Fatalf("the review says %s: %s", got["review"], w.admin.Get(page).Text())
	}
	w.signOne(s["id"])
	draft := w.admin.Get(contract).Follow("New invoice").FormTo(contract + "/invoices").Submit().Next()
	w.admin.Get(draft.Path()).FormTo(draft.URL.Path + "/bill").Submit().Next().Shows("Invoice 1")
	lines := w.admin.Get("/invoice-lines.csv").Records()
	if len(lines) == 0 || lines[0]["subscription_id"] != s["id"] || lines[0]["unit_price"] != "19.9" {
		t.Errorf("billed %v", lines)
	}
}

func (w *walk) signOne(id string) {
	w.t.Helper()
	w.admin.Get("/subscriptions?review=warn").FormTo("/subscriptions/sign-off").Tick("id", id).Set("note",
		"Checked against the distributor's invoice").
		Submit().Next().Shows("signed off")
	if got := w.reading(id); got["review"] != "signed" {
		w.t.Fatalf("after signing: %v", got)
	}
}

// Another period is another cost: it is told in the ledger, and a signature on the old one lapses.
func TestAnotherCostPeriodIsARowOfTheLedgerAndLapsesTheSignature(t *testing.T) {
	t.Parallel()
	w := old(t)
	w.edit(w.provider, "cost_period", "month")
	w.sync("/sync-subscriptions")
	s := w.licence()
	page := "/subscriptions/" + s["id"]
	w.admin.Get(page).FormTo(page+"/price").Set("unit_price", "19.90", "price_period", "month").Submit().Next()
	w.signOne(s["id"])
	w.edit(w.provider, "cost_period", "year")
	w.sync("/sync-subscriptions")
	if got := w.reading(s["id"]); got["cost_period"] != "year" || got["review"] != "warn" {
		t.Errorf("after the change: %v", got)
	}
	costs := 0
	for _, c := range w.admin.Get("/changes.csv").Records() {
		if c["subscription_id"] == s["id"] && c["event"] == "cost" {
			costs++
		}
	}
	if costs != 2 {
		t.Errorf("%d rows tell of the cost, want 2: from unknown to month, from month to year", costs)
	}
	w.admin.Get(page).Shows("lapsed", "per month", "per year")
	before := w.Versions(ofARun...)
	w.sync("/sync-subscriptions")
	w.same(before, w.Versions(ofARun...))
}

// A distributor without an API: a person enters what they know, and may know no term.
func TestASubscriptionByHandIsSignedAndBilledThroughPages(t *testing.T) {
	t.Parallel()
	w := old(t)
	p := w.admin.Get("/providers/new?connector=manual").FormTo("/providers").Set("name",
		"Direct from the vendor").Submit().Next()
	w.admin.Get(p.Path()+"/accounts/new").FormTo(p.Path()+"/accounts").Set("external_id", "M-1", "name",
		"Juniper Bakery").Submit().Next()
	w.admin.Get(p.Path()+"/subscriptions/new").FormTo(p.Path()+"/subscriptions").Set("account_external_id", "M-1",
		"external_id", "MS-1",
		"product", "Backup for Juniper", "part_number", "BK-1", "quantity", "7", "unit_cost", "5.10", "cost_period",
		"month", "currency", "USD", "term", "", "billing_frequency", "").Submit().Next()
	account := w.admin.Get("/accounts.csv?state=unmapped").Records()
	for _, a := range account {
		if a["external_id"] == "M-1" {
			w.admin.Get("/accounts/" + a["id"]).FormTo("/accounts/" + a["id"] + "/create-crm-account").Submit().Next()
		}
	}
	s := map[string]string{}
	for _, r := range w.admin.Get("/subscriptions.csv").Records() {
		if r["external_id"] == "MS-1" {
			s = r
		}
	}
	page, month := "/subscriptions/"+s["id"], w.App.Clock.Now().Format("2006-01")+"-01"
	made := w.admin.Get("/contracts/new").FormTo("/contracts").Set("crm_account_id", s["crm_account_id"], "name",
		"Juniper monthly", "currency", "USD",
		"start_date", "2020-01-01", "bill_from", month, "is_default", "on").Submit().Next()
	contract := strings.TrimPrefix(made.Path(), "/contracts/")
	if w.reading(s["id"])["contract_id"] == "" {
		w.admin.Get(page).FormTo(page+"/contract").Set("contract_id", contract).Submit().Next()
	}
	w.admin.Get(page).FormTo(page+"/price").Set("unit_price", "9", "price_period", "month").Submit().Next()
	w.signOne(s["id"])
	draft := w.admin.Get(made.Path()).Follow("New invoice").FormTo(made.Path() + "/invoices").Submit().Next()
	w.admin.Get(draft.Path()).FormTo(draft.URL.Path+"/bill").Submit().Next().Shows("Invoice 1", "Backup for Juniper")
}
