package subscriptions_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/invoice"
)

// fields are what a form would send, ticks and choices as they stand.
func fields(form *goquery.Selection) url.Values {
	v := url.Values{}
	for _, n := range form.Find("input[name]").EachIter() {
		_, ticked := n.Attr("checked")
		if kind := n.AttrOr("type", ""); ticked || kind != "checkbox" && kind != "radio" {
			v.Add(n.AttrOr("name", ""), n.AttrOr("value", ""))
		}
	}
	return v
}

func (d *desk) says(page *goquery.Document, parts ...string) {
	d.Helper()
	main := text(page.Find("main"))
	for _, p := range parts {
		if !strings.Contains(main, p) {
			d.Errorf("lacks %q: %.1500s", p, main)
		}
	}
}

func typed(amount, on string) url.Values {
	return url.Values{"unit_price": {amount}, "price_period": {"month"}, "effective_on": {on}}
}

// priceRow finds a dated price of the file by its day and amount.
func (d *desk) priceRow(external, on, amount string) map[string]string {
	d.Helper()
	for _, r := range d.file("/subscriptions/" + d.id(external) + "/prices.csv") {
		if r["effective_on"] == on && r["unit_price"] == amount {
			return r
		}
	}
	d.Fatalf("%s has no price of %s from %s", external, amount, on)
	return nil
}

func TestAPriceDatedAheadShowsAsSuchAndChangesNothingBefore(t *testing.T) {
	t.Parallel()
	d := settled(t)
	at := "/subscriptions/" + d.id("S-1")
	d.post(at+"/price", typed("20", "2027-01-01"), http.StatusSeeOther)
	if r := d.row("S-1"); r["unit_price"] != "22" {
		t.Errorf("the list says %v", r)
	}
	d.says(d.get(at), "from 2027-01-01: 20.00 USD per month", "22.00 USD per month")
	d.clock.Set(time.Date(2027, 1, 1, 0, 5, 0, 0, time.UTC))
	d.says(d.get(at), "Price per seat 20.00", "the price now")
}

func TestAPriceBeforeALaterOneAsksWhatBecomesOfThat(t *testing.T) {
	t.Parallel()
	for said, now := range map[string]string{"keep": "20", "replace": "21"} {
		t.Run(said, func(t *testing.T) {
			t.Parallel()
			d := settled(t)
			at := "/subscriptions/" + d.id("S-1")
			d.post(at+"/price", typed("20", "2027-01-01"), http.StatusSeeOther)
			page := d.page(d.post(at+"/price", typed("21", "2026-12-01"), http.StatusConflict))
			d.says(page, "Nothing was changed yet", "2027-01-01", "20.00 USD per month", "Ada Example")
			form := page.Find(`main form[action="` + at + `/price"]`)
			if n := form.Find("input[name=later][checked]").Length(); n != 0 {
				t.Error("a choice is made already")
			}
			v := fields(form)
			if v.Get("unit_price") != "21" || v.Get("effective_on") != "2026-12-01" {
				t.Errorf("the form carries %v", v)
			}
			d.page(d.post(at+"/price", v, http.StatusConflict)) // nothing said yet
			v.Set("later", said)
			d.post(at+"/price", v, http.StatusSeeOther)
			d.clock.Set(time.Date(2027, 2, 1, 9, 0, 0, 0, time.UTC))
			d.says(d.get(at), "Price per seat "+now+".00")
			if aside := d.priceRow("S-1", "2027-01-01", "20")["set_aside"]; aside != map[string]string{"keep": "false",
				"replace": "true"}[said] {
				t.Errorf("the later one is set aside: %s", aside)
			}
		})
	}
	d := settled(t)
	at := "/subscriptions/" + d.id("S-1")
	v := typed("21", "2026-12-01")
	v.Set("later", "perhaps")
	d.page(d.post(at+"/price", v, http.StatusUnprocessableEntity))
}

func TestDaysThatWouldStayWithoutAPriceAreAsked(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.mapAccount(d.account)
	d.exec(`UPDATE billing_contracts SET bill_from = '2026-01-01' WHERE id = ?`, d.contract)
	other := func(r *distributor.Subscription) { r.PartNumber, r.ProductName = "CFQ7TTC0LH18:0001", "Power BI Pro" }
	d.sync(d.provider, d.account, record("S-1", other))
	at := "/subscriptions/" + d.id("S-1")
	if on := d.get(at).Find("#f-price-effective_on").AttrOr("value", ""); on != "2026-01-15" {
		t.Errorf("the form proposes %s", on)
	}
	page := d.page(d.post(at+"/price", typed("9", "2026-11-22"), http.StatusConflict))
	d.says(page, "Days from 2026-01-15 up to 2026-11-22 have no price")
	v := fields(page.Find(`main form[action="` + at + `/price"]`))
	v.Set("gap", "yes")
	d.post(at+"/price", v, http.StatusSeeOther)
	d.priceRow("S-1", "2026-11-22", "9")
	// No day is the first one without a price.
	v = typed("8", "")
	v.Set("later", "keep")
	d.post(at+"/price", v, http.StatusSeeOther)
	d.priceRow("S-1", "2026-01-15", "8")
}

func TestTheFileOfPricesHasItsColumnsAndWhatWasSetAside(t *testing.T) {
	t.Parallel()
	d := settled(t)
	at := "/subscriptions/" + d.id("S-1")
	d.post(at+"/price", typed("20", "2062-01-01"), http.StatusUnprocessableEntity)
	v := typed("20", "2027-01-01")
	v.Set("note", "agreed by phone")
	d.post(at+"/price", v, http.StatusSeeOther)
	wrong := d.priceRow("S-1", "2027-01-01", "20")
	where := at + "/prices/" + wrong["change_id"] + "/correct"
	for name, bad := range map[string]url.Values{
		"no reason":                  {"unit_price": {"19"}},
		"nothing differs":            {"unit_price": {"20"}, "effective_on": {"2027-01-01"}, "note": {"x"}},
		"no price":                   {"unit_price": {"12,50"}, "note": {"x"}},
		"no day":                     {"effective_on": {"soon"}, "note": {"x"}},
		"before it began":            {"effective_on": {"2025-01-01"}, "note": {"x"}},
		"too far ahead":              {"effective_on": {"2062-01-01"}, "note": {"x"}},
		"set aside without a reason": {"set_aside": {"1"}},
	} {
		if page := d.page(d.post(where, bad, http.StatusUnprocessableEntity)); page.Find(".summary li").Length() != 1 {
			t.Errorf("%s: %s", name, text(page.Find(".summary")))
		}
	}
	right := d.form(where, where)
	right.Set("unit_price", "19.5")
	right.Set("note", "a typo")
	d.post(where, right, http.StatusSeeOther)
	old, fresh := d.priceRow("S-1", "2027-01-01", "20"), d.priceRow("S-1", "2027-01-01", "19.5")
	if old["set_aside"] != "true" ||
		old["why"] != "agreed by phone; set aside by Ada Example: price corrected: a typo" ||
		fresh["set_aside"] != "false" || fresh["by"] != "Ada Example" || fresh["why"] != "a typo" {
		t.Errorf("%v\n%v", old, fresh)
	}
	if fresh["product"] != "Business Premium" || fresh["part_number"] != "CFQ7TTC0LCHC:0002" ||
		fresh["term"] != "annual" || fresh["billing_frequency"] != "monthly" || fresh["currency"] != "USD" ||
		fresh["price_period"] != "month" {
		t.Errorf("%v", fresh)
	}
	d.page(d.post(where, right, http.StatusConflict))
	d.says(d.get(where), "set aside already")
	d.says(d.get(at), "set aside", "agreed by phone")
	d.post(at+"/prices/"+fresh["change_id"]+"/correct", url.Values{"set_aside": {"1"}, "note": {"called off"}},
		http.StatusSeeOther)
	if n := d.audited("subscription.price_corrected"); n != 2 ||
		d.priceRow("S-1", "2027-01-01", "19.5")["set_aside"] != "true" {
		t.Errorf("%d events", n)
	}
	d.post(at+"/prices/"+uuid.NewString()+"/correct", right, http.StatusNotFound)
}

// bill bills a cycle of the contract, from its start on, with all that is late.
func (d *desk) bill(end string) {
	d.Helper()
	d.exec(`UPDATE billing_contracts SET bill_from = '2026-11-01' WHERE id = ?`, d.contract)
	s := billing.Service{Service: invoice.Service{DB: d.db.DB, Clock: d.clock, Zone: time.UTC}}
	id, err := s.Draft(d.Context(), ada.Actor(),
		billing.Order{Run: billing.Run{ContractID: d.contract, End: day(d, end)}, Late: true})
	if err != nil {
		d.Fatal(err)
	}
	if err := s.Bill(d.Context(), ada.Actor(), invoice.Step{ID: id}); err != nil {
		d.Fatal(err)
	}
}

func TestSettingARowOfSeatsAsideShowsItsMoneyAndIsBillingsRight(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.post("/subscriptions/sign-off", url.Values{"id": {d.id("S-1")}}, http.StatusSeeOther)
	d.sync(d.provider, d.account, record("S-1", func(r *distributor.Subscription) { r.Quantity = 8 }), record("S-2"))
	d.sync(d.provider, d.account, record("S-1", func(r *distributor.Subscription) { r.Quantity = 6 }), record("S-2"))
	d.bill("2026-12-01")
	at := "/subscriptions/" + d.id("S-1")
	where := d.correctLink("S-1", "+3")
	// Eight seats from the 22nd, six after: without the first row five stay until the second, which then adds one.
	d.says(d.get(where), "reached 8 seats", "Or set it aside", "Days already billed")
	d.role = auth.Operator
	if n := d.get(where).Find("input[name=set_aside]").Length(); n != 0 {
		t.Error("an operator is offered to set it aside")
	}
	d.page(d.post(where, url.Values{"set_aside": {"1"}, "note": {"never ordered"}}, http.StatusForbidden))
	d.role = auth.Billing
	d.page(d.post(where, url.Values{"set_aside": {"1"}}, http.StatusUnprocessableEntity))
	d.post(where, url.Values{"set_aside": {"1"}, "note": {"never ordered"}}, http.StatusSeeOther)
	changes := d.file("/changes.csv?subscription=" + d.id("S-1"))
	aside, again := 0, 0
	for _, c := range changes {
		if c["set_aside"] == "true" {
			aside++
		}
		if c["replaces_id"] != "" && c["delta"] == "1" {
			again++
		}
	}
	if aside != 2 || again != 1 || d.row("S-1")["ledger_quantity"] != "6" {
		t.Errorf("%d set aside, %d written anew: %v", aside, again, changes)
	}
	d.says(d.get(at), "set aside: never ordered")
	for name, bad := range map[string]url.Values{"seats": {"quantity": {"-1"}, "note": {"x"}},
		"refund": {"refund": {"perhaps"}, "note": {"x"}}, "day": {"effective_at": {"soon"}, "note": {"x"}}} {
		if page := d.page(d.post(d.correctLink("S-1", "+1"), bad,
			http.StatusUnprocessableEntity)); page.Find(".summary li").Length() != 1 {
			t.Errorf("%s: %s", name, text(page.Find(".summary")))
		}
	}
}

func TestAMoveBetweenContractsHasADayThatIsNotBilled(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.post("/subscriptions/sign-off", url.Values{"id": {d.id("S-1")}}, http.StatusSeeOther)
	d.bill("2026-12-01")
	other := newID()
	d.exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
		start_date, bill_from, refunds, is_default, active, created_at, updated_at)
		SELECT ?, crm_account_id, 'Contoso in euros', 'EUR', 'monthly', 'advance', 1, '2026-01-01', '2026-11-01',
			'global', false, true, created_at, updated_at FROM billing_contracts WHERE id = ?`, other, d.contract)
	at := "/subscriptions/" + d.id("S-1")
	d.says(d.get(at), "Empty: from the first day that was not billed, 2026-12-01.")
	move := url.Values{"contract_id": {other.String()}, "effective_on": {"2026-11-15"}}
	page := d.page(d.post(at+"/contract", move, http.StatusUnprocessableEntity))
	if says := text(page.Find(".summary")); !strings.Contains(says, "Choose 2026-12-01 or a later day") ||
		!strings.Contains(says, "credit those days to be billed again") {
		t.Error(says)
	}
	for _, bad := range []string{"soon", "2026-01-01", "2040-01-01"} {
		move.Set("effective_on", bad)
		d.page(d.post(at+"/contract", move, http.StatusUnprocessableEntity))
	}
	move.Set("effective_on", "2026-12-10")
	d.post(at+"/contract", move, http.StatusSeeOther)
	if got := d.number(`SELECT count(*) FROM contract_stays WHERE subscription_id = ? AND contract_id = ?
		AND from_on = '2026-12-10' AND NOT set_aside`, d.id("S-1"), other); got != 1 {
		t.Errorf("%d stays from that day", got)
	}
	// Another one, moved without a day, lands on its own first unpaid day and not on the day of the first.
	d.post("/subscriptions/"+d.id("S-2")+"/contract", url.Values{"contract_id": {other.String()}}, http.StatusSeeOther)
	if got := d.number(`SELECT count(*) FROM contract_stays WHERE subscription_id = ? AND contract_id = ?
		AND from_on IS NULL AND NOT set_aside`, d.id("S-2"), other); got != 1 {
		t.Errorf("%d stays from its first day", got)
	}
}

func TestBillingFromTheStartIsSaidByName(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.exec(`UPDATE subscriptions SET billable_from = '2026-12-01' WHERE external_id = 'S-1'`)
	at := "/subscriptions/" + d.id("S-1")
	d.says(d.get(at), "First billable day2026-12-01", "Bill from its start")
	where := at + "/bill-from-start"
	d.says(d.get(where), "2026-12-01", "2026-01-15")
	d.page(d.post(where, url.Values{"confirm": {"yes"}}, http.StatusUnprocessableEntity))
	d.post(where, url.Values{"confirm": {"s-1"}}, http.StatusSeeOther)
	d.says(d.get(at), "First billable day2026-01-15")
	d.says(d.get(where), "from its start already")
	d.page(d.post(where, url.Values{"confirm": {"S-1"}}, http.StatusConflict))
	if n := d.audited("subscription.billed_from_start"); n != 1 {
		t.Errorf("%d events", n)
	}
}

func day(d *desk, s string) clock.Date {
	d.Helper()
	on, err := clock.ParseDate(s)
	if err != nil {
		d.Fatal(err)
	}
	return on
}
