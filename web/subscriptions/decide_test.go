package subscriptions_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/distributor"
)

// settled is a desk whose account is mapped, with S-1 and S-2 in the customer's contract.
func settled(t *testing.T) *desk {
	t.Helper()
	d := open(t)
	d.mapAccount(d.account)
	d.sync(d.provider, d.account, record("S-1"), record("S-2"))
	return d
}

func (d *desk) row(external string) map[string]string {
	d.Helper()
	for _, r := range d.file("/subscriptions.csv") {
		if r["external_id"] == external {
			return r
		}
	}
	d.Fatalf("no row of %s", external)
	return nil
}

func (d *desk) audited(action string) int {
	d.Helper()
	return d.number(`SELECT count(*) FROM audit_events WHERE action = ?`, action)
}

// form reads a form of a page as a browser would send it.
func (d *desk) form(path, action string) url.Values {
	d.Helper()
	form := d.get(path).Find(`main form[action="` + action + `"]`).First()
	if form.Length() == 0 {
		d.Fatalf("%s has no form to %s", path, action)
	}
	v := url.Values{}
	for _, n := range form.Find("input[name], textarea[name]").EachIter() {
		v.Add(n.AttrOr("name", ""), n.AttrOr("value", n.Text()))
	}
	for _, n := range form.Find("select[name]").EachIter() {
		chosen := n.Find("option[selected]")
		if chosen.Length() == 0 {
			chosen = n.Find("option").First()
		}
		v.Add(n.AttrOr("name", ""), chosen.AttrOr("value", ""))
	}
	return v
}

func TestTheContractIsChosenAndTakenAway(t *testing.T) {
	t.Parallel()
	d := settled(t)
	at := "/subscriptions/" + d.id("S-1")
	d.post("/subscriptions/sign-off", url.Values{"id": {d.id("S-1")}}, http.StatusSeeOther)
	v := d.form(at, at+"/contract")
	v.Set("contract_id", "")
	if to := d.post(at+"/contract", v, http.StatusSeeOther).Header().Get("Location"); to != at {
		t.Errorf("leads to %s", to)
	}
	r := d.row("S-1")
	if r["contract_id"] != "" || r["unit_price"] != "" || r["review"] != "fail" || r["crm_account"] != "Contoso Ltd" {
		t.Errorf("%v", r)
	}
	if main := text(d.get(at).Find("main")); !strings.Contains(main, "lapsed") ||
		!strings.Contains(main, "contract changed from Contoso monthly to none") {
		t.Error("the page does not say why the sign-off lapsed")
	}
	d.post(at+"/contract", url.Values{"contract_id": {d.contract.String()}}, http.StatusSeeOther)
	if r := d.row("S-1"); r["contract"] != "Contoso monthly" || r["unit_price"] != "22" || r["review"] != "ok" {
		t.Errorf("%v", r)
	}
	if n := d.audited("subscription.contract_set"); n != 2 {
		t.Errorf("%d events", n)
	}
}

func TestAContractOfSomebodyElseIsRefusedInTheForm(t *testing.T) {
	t.Parallel()
	d := settled(t)
	at := "/subscriptions/" + d.id("S-1")
	for _, id := range []string{uuid.NewString(), "nonsense"} {
		page := d.page(d.post(at+"/contract", url.Values{"contract_id": {id}}, http.StatusUnprocessableEntity))
		link := page.Find(".summary a").First()
		if link.AttrOr("href", "") != "#f-contract-contract_id" ||
			!strings.Contains(link.Text(), "active contract of this customer") {
			t.Errorf("summary: %s", text(page.Find(".summary")))
		}
	}
	d.sync(d.provider, d.account, record("S-1"), record("S-2"))
	if r := d.row("S-1"); r["contract"] != "Contoso monthly" {
		t.Errorf("%v", r)
	}
}

func TestAContractNeedsAMappedAccount(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.sync(d.provider, d.account, record("S-1"))
	page := d.page(d.post("/subscriptions/"+d.id("S-1")+"/contract", url.Values{"contract_id": {d.contract.String()}},
		http.StatusConflict))
	if main := text(page.Find("main")); !strings.Contains(main, "Map the account first") {
		t.Error(main)
	}
}

func TestAnOwnPriceIsAnExceptionAndAListPriceIsNot(t *testing.T) {
	t.Parallel()
	d := settled(t)
	at := "/subscriptions/" + d.id("S-1")
	v := d.form(at, at+"/price")
	v.Set("unit_price", "23.5")
	v.Set("effective_on", "2026-11-01")
	d.post(at+"/price", v, http.StatusSeeOther)
	r := d.row("S-1")
	if r["unit_price"] != "23.5" || r["price_by_person"] != "true" || r["review"] != "warn" || r["currency"] != "USD" ||
		r["price_period"] != "month" {
		t.Errorf("%v", r)
	}
	if main := text(d.get(at).Find("#ledger")); !strings.Contains(main, "2026-11-01 price") ||
		!strings.Contains(main, "22.00 USD per month → 23.50 USD per month") {
		t.Error(main)
	}
	d.post(at+"/price", url.Values{"price_list_item_id": {d.item.String()}}, http.StatusSeeOther)
	if r := d.row("S-1"); r["unit_price"] != "22" || r["price_by_person"] != "false" || r["review"] != "ok" {
		t.Errorf("%v", r)
	}
	both := url.Values{"price_list_item_id": {d.item.String()}, "unit_price": {"22.00"}, "price_period": {"month"}}
	d.post(at+"/price", both, http.StatusSeeOther)
	both.Set("unit_price", "23")
	if page := d.page(d.post(at+"/price", both,
		http.StatusUnprocessableEntity)); !strings.Contains(text(page.Find(".summary")), "not both") {
		t.Errorf("%s", text(page.Find(".summary")))
	}
}

func TestARefusedPriceComesBackAsTyped(t *testing.T) {
	t.Parallel()
	d := settled(t)
	at := "/subscriptions/" + d.id("S-1")
	v := url.Values{"unit_price": {"12,50"}, "price_period": {"fortnight"}, "effective_on": {"soon"},
		"note": {"by phone"}}
	page := d.page(d.post(at+"/price", v, http.StatusUnprocessableEntity))
	if n := page.Find(".summary li").Length(); n != 3 {
		t.Errorf("%d problems: %s", n, text(page.Find(".summary")))
	}
	for name, want := range map[string]string{"unit_price": "12,50", "note": "by phone", "effective_on": "soon"} {
		if got := page.Find("#f-price-"+name).AttrOr("value", ""); got != want {
			t.Errorf("%s came back as %q", name, got)
		}
	}
	if !page.Find("#price details").Is("[open]") {
		t.Error("the form is folded away")
	}
	d.post(at+"/price", url.Values{"price_list_item_id": {uuid.NewString()}}, http.StatusUnprocessableEntity)
	if n := d.audited("subscription.price_set"); n != 0 {
		t.Errorf("%d events", n)
	}
}

func TestAPriceWithoutAContractIsRefusedByRule(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.sync(d.provider, d.account, record("S-1"))
	d.page(d.post("/subscriptions/"+d.id("S-1")+"/price", url.Values{"unit_price": {"1"}, "price_period": {"month"}},
		http.StatusConflict))
}

func TestAStaleFormShowsWhatStandsNow(t *testing.T) {
	t.Parallel()
	d := settled(t)
	at := "/subscriptions/" + d.id("S-1")
	v := d.form(at, at+"/price")
	d.post(at+"/price", url.Values{"unit_price": {"30"}, "price_period": {"month"}}, http.StatusSeeOther)
	v.Set("price_list_item_id", "")
	v.Set("unit_price", "31")
	page := d.page(d.post(at+"/price", v, http.StatusConflict))
	if diff := text(page.Find("main table").First()); !strings.Contains(diff, "30") || !strings.Contains(diff, "31") {
		t.Errorf("both versions: %s", diff)
	}
	if got := page.Find("#f-price-unit_price").AttrOr("value", ""); got != "31" {
		t.Errorf("typed %q", got)
	}
	again := page.Find(`form[action="`+at+`/price"] input[name=version]`).AttrOr("value", "")
	v.Set("version", again)
	d.post(at+"/price", v, http.StatusSeeOther)
	if r := d.row("S-1"); r["unit_price"] != "31" {
		t.Errorf("%v", r)
	}
}

func TestARenewalProposesAndAPersonTakesOrKeeps(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.exec(`INSERT INTO price_list_items (id, price_list_id, product_id, unit, term, billing_frequency, unit_price,
		effective_from, created_at, updated_at)
		SELECT gen_random_uuid(), price_list_id, product_id, unit, term, billing_frequency, 25, '2026-12-01',
			created_at, updated_at FROM price_list_items WHERE id = ?`, d.item)
	d.clock.Set(time.Date(2027, 1, 16, 9, 0, 0, 0, time.UTC))
	renew := func(r *distributor.Subscription) { r.Start, r.End = r.Start.AddMonths(12), r.End.AddMonths(12) }
	d.sync(d.provider, d.account, record("S-1", renew), record("S-2", renew))
	one, two := "/subscriptions/"+d.id("S-1"), "/subscriptions/"+d.id("S-2")
	page := d.get(one)
	if main := text(page.Find("main")); !strings.Contains(main, "25.00 USD per month (margin 6.30 USD per month)") {
		t.Errorf("no proposal: %.900s", main)
	}
	v := url.Values{}
	for _, n := range page.Find(`.callout form[action="` + one + `/price"] input`).EachIter() {
		v.Set(n.AttrOr("name", ""), n.AttrOr("value", ""))
	}
	d.post(one+"/price", v, http.StatusSeeOther)
	d.post(two+"/price/keep", d.form(two, two+"/price/keep"), http.StatusSeeOther)
	taken, kept := d.row("S-1"), d.row("S-2")
	if taken["unit_price"] != "25" || taken["review"] != "ok" || kept["unit_price"] != "22" ||
		kept["review"] != "warn" {
		t.Errorf("taken %s %s, kept %s %s", taken["unit_price"], taken["review"], kept["unit_price"], kept["review"])
	}
	if changes := d.file("/changes.csv?event=price&subscription=" + d.id("S-1")); len(changes) != 2 ||
		changes[0]["effective_at"] != "2027-01-15" {
		t.Errorf("%v", changes)
	}
}

func TestAContractMayTakeTheListsPriceAtARenewalButNeverOverAPersons(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.exec(`UPDATE billing_contracts SET renewal = 'list' WHERE id = ?`, d.contract)
	d.exec(`INSERT INTO price_list_items (id, price_list_id, product_id, unit, term, billing_frequency, unit_price,
		effective_from, created_at, updated_at)
		SELECT gen_random_uuid(), price_list_id, product_id, unit, term, billing_frequency, 25, '2026-12-01',
			created_at, updated_at FROM price_list_items WHERE id = ?`, d.item)
	d.post("/subscriptions/"+d.id("S-2")+"/price", typed("21", "2026-11-01"), http.StatusSeeOther)
	d.clock.Set(time.Date(2027, 1, 16, 9, 0, 0, 0, time.UTC))
	renew := func(r *distributor.Subscription) { r.Start, r.End = r.Start.AddMonths(12), r.End.AddMonths(12) }
	d.sync(d.provider, d.account, record("S-1", renew), record("S-2", renew))
	if r := d.row("S-1"); r["unit_price"] != "25" || r["price_by_person"] != "false" {
		t.Errorf("%v", r)
	}
	if p := d.priceRow("S-1", "2027-01-15", "25"); p["why"] != "from the list, for the new term" ||
		p["set_aside"] != "false" {
		t.Errorf("%v", p)
	}
	if r := d.row("S-2"); r["unit_price"] != "21" || r["price_by_person"] != "true" {
		t.Errorf("%v", r)
	}
	d.says(d.get("/subscriptions/"+d.id("S-2")), "take the new list price?", "25.00 USD per month")
}

func TestATwinIsHeldUntilAPersonSaysItIsNone(t *testing.T) {
	t.Parallel()
	d := settled(t)
	p, a := d.newProvider("Legacy", distributor.StellrLegacy, "L-1")
	d.sync(p, a, record("L-1"))
	d.mapAccount(a)
	at := "/subscriptions/" + d.id("L-1")
	if r := d.row("L-1"); r["state"] != "held" || r["hold_reason"] != "twin" || r["review"] != "fail" {
		t.Fatalf("%v", r)
	}
	d.role = auth.Operator
	page := d.get(at)
	if page.Find(`form[action="`+at+`/no-twin"]`).Length() != 1 ||
		page.Find(`form[action="`+at+`/price"]`).Length() != 0 {
		t.Error("an operator may say that it is no twin, and set no price")
	}
	d.post(at+"/no-twin", d.form(at, at+"/no-twin"), http.StatusSeeOther)
	if r := d.row("L-1"); r["state"] != "active" || r["review"] != "ok" {
		t.Errorf("%v", r)
	}
	if r := d.row("S-1"); r["review"] != "ok" {
		t.Errorf("the other side: %v", r)
	}
}

// correctLink leads from a row of the ledger that says something to its correction.
func (d *desk) correctLink(external, says string) string {
	d.Helper()
	link := d.get("/subscriptions/"+d.id(external)).Find(`#ledger tr:contains("`+says+`") a[href$="/correct"]`).First().
		AttrOr("href", "")
	if link == "" {
		d.Fatalf("no row of %s that says %q can be corrected", external, says)
	}
	return link
}

func TestAnEstimatedDateIsCorrected(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.sync(d.provider, d.account, record("S-1", func(r *distributor.Subscription) { r.Quantity = 8 }), record("S-2"))
	at := "/subscriptions/" + d.id("S-1")
	where := d.correctLink("S-1", "estimated")
	v := d.form(where, where)
	v.Set("effective_at", "2025-01-01")
	v.Set("note", "their invoice 7")
	if page := d.page(d.post(where, v, http.StatusUnprocessableEntity)); !strings.Contains(text(page.Find(".summary")),
		"first billable day of this subscription is 2026-01-15") {
		t.Errorf("%s", text(page.Find(".summary")))
	}
	v.Set("effective_at", "2026-11-10")
	d.post(where, v, http.StatusSeeOther)
	main := text(d.get(at).Find("main"))
	for _, part := range []string{"2026-11-10", "corrected: their invoice 7", "set aside", "“their invoice 7”"} {
		if !strings.Contains(main, part) {
			t.Errorf("the record lacks %q", part)
		}
	}
	changes := d.file("/changes.csv?counted=yes&subscription=" + d.id("S-1"))
	sum := 0
	for _, c := range changes {
		if c["delta"] == "3" {
			sum++
		}
	}
	if r := d.row("S-1"); sum != 1 || r["ledger_quantity"] != "8" || d.audited("subscription.change_corrected") != 1 {
		t.Errorf("%v\n%v", changes, r)
	}
	d.page(d.post(where, v, http.StatusConflict))
	other := strings.Replace(where, d.id("S-1"), d.id("S-2"), 1)
	d.do(httptest.NewRequest(http.MethodGet, other, nil), http.StatusNotFound)
}

func TestACommandThatChangesNothingLeavesNoTrace(t *testing.T) {
	t.Parallel()
	d := settled(t)
	at := "/subscriptions/" + d.id("S-1")
	d.post(at+"/contract", url.Values{"contract_id": {d.contract.String()}}, http.StatusSeeOther)
	d.post(at+"/price", url.Values{"price_list_item_id": {d.item.String()}}, http.StatusSeeOther)
	if n := d.number(`SELECT count(*) FROM audit_events WHERE object_type = 'subscription'`); n != 0 {
		t.Errorf("%d events", n)
	}
}

func TestUnknownSubscriptionsAreNotFound(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, id := range []string{"x", uuid.NewString()} {
		d.do(httptest.NewRequest(http.MethodGet, "/subscriptions/"+id, nil), http.StatusNotFound)
		for _, command := range []string{"contract", "price", "price/keep", "no-twin", "confirm-gone"} {
			d.post("/subscriptions/"+id+"/"+command,
				url.Values{"contract_id": {""}, "unit_price": {"1"}, "price_period": {"month"}}, http.StatusNotFound)
		}
	}
}
