package subscriptions_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/distributor"
)

func odd(r *distributor.Subscription) { r.Status, r.StatusText = "frobbed", "Frobbed" }

func priced(cost string) func(*distributor.Subscription) {
	return func(r *distributor.Subscription) { r.UnitCost.Decimal = dec(cost) }
}

func TestOneThatFailsIsRefusedByNameAndOthersAreSignedBesideIt(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.sync(d.provider, d.account, record("S-1"), record("S-2"), record("S-3", odd))
	page := d.page(d.post("/subscriptions/sign-off", url.Values{"id": {d.id("S-3")}}, http.StatusConflict))
	if main := text(page.Find("main")); !strings.Contains(main, "Nothing was signed.") ||
		!strings.Contains(main, `Business Premium (S-3): its review fails: The distributor's status "Frobbed"`) {
		t.Error(main)
	}
	d.post("/subscriptions/sign-off", url.Values{"id": {d.id("S-3"), d.id("S-1")}}, http.StatusSeeOther)
	if d.row("S-1")["review"] != "signed" || d.row("S-3")["review"] != "fail" {
		t.Errorf("%v", d.file("/subscriptions.csv"))
	}
	if n := d.number(`SELECT count(*) FROM sign_offs`); n != 1 {
		t.Errorf("%d signatures", n)
	}
}

func TestTheListSignsWhatItShowed(t *testing.T) {
	t.Parallel()
	d := settled(t)
	v := d.form("/subscriptions?state=active", "/subscriptions/sign-off")
	if len(v["seen"]) != 2 {
		t.Fatalf("%v", v)
	}
	d.sync(d.provider, d.account, record("S-1", priced("19")), record("S-2"))
	v["id"] = []string{d.id("S-1"), d.id("S-2")}
	v.Set("note", "November")
	if to := d.post("/subscriptions/sign-off", v,
		http.StatusSeeOther).Header().Get("Location"); to != "/subscriptions?state=active" {
		t.Errorf("leads to %s", to)
	}
	if d.row("S-1")["review"] != "ok" || d.row("S-2")["review"] != "signed" {
		t.Errorf("what changed meanwhile was signed: %v", d.file("/subscriptions.csv"))
	}
	d.page(d.post("/subscriptions/sign-off", url.Values{"note": {"none ticked"}}, http.StatusUnprocessableEntity))
	d.page(d.post("/subscriptions/sign-off", url.Values{"id": {"x"}}, http.StatusUnprocessableEntity))
	d.page(d.post("/subscriptions/sign-off", url.Values{"id": {uuid.NewString()}}, http.StatusNotFound))
}

func TestAllThatMatchAreSignedAsThePageShowedThem(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.sync(d.provider, d.account, record("S-1"), record("S-2", priced("30")), record("S-3", odd),
		record("Other", func(r *distributor.Subscription) { r.ProductName = "Visio" }))
	all := url.Values{"all": {"1"}, "filter": {"q=premium"}}
	look := func() string {
		return d.post("/subscriptions/sign-off", all, http.StatusSeeOther).Header().Get("Location")
	}
	at := look()
	main := text(d.get(at).Find("main"))
	for _, part := range []string{"Sign off 2 subscriptions?", "without any remark 1", "with a warning 1", "Seats10",
		"220.00 USD", "its review fails 1", "Sold below cost"} {
		if !strings.Contains(main, part) {
			t.Errorf("the page lacks %q: %s", part, main)
		}
	}
	v := d.form(at, at+"/apply")
	v.Set("note", "all right")
	d.sync(d.provider, d.account, record("S-1", priced("19")), record("S-2", priced("30")), record("S-3", odd),
		record("Other"))
	changed := text(d.page(d.post(at+"/apply", v, http.StatusConflict)).Find("main"))
	// One has another cost, and another its old name again, so that it matches.
	if !strings.Contains(changed, "Nothing was changed") || !strings.Contains(changed, "1 stand differently") ||
		!strings.Contains(changed, "1 match the filter only now") ||
		!strings.Contains(changed, "S-1stands differently") ||
		d.number(`SELECT count(*) FROM sign_offs`) != 0 {
		t.Errorf("%s", changed)
	}
	at = d.post(at+"/again", url.Values{}, http.StatusSeeOther).Header().Get("Location")
	v = d.form(at, at+"/apply")
	d.post(at+"/apply", v, http.StatusSeeOther)
	if d.row("S-1")["review"] != "signed" || d.row("S-2")["review"] != "signed" || d.row("S-3")["review"] != "fail" {
		t.Errorf("%v", d.file("/subscriptions.csv"))
	}
	d.page(d.post("/subscriptions/sign-off", url.Values{"all": {"1"}, "filter": {"state=odd"}},
		http.StatusUnprocessableEntity))
}

func TestWhatIsGoneIsConfirmedAndLeavesTheReview(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.missing("S-2")
	at := "/subscriptions/" + d.id("S-2")
	if r := d.row("S-2"); r["state"] != "inactive" || r["provider_status"] != "missing" || r["review"] != "fail" ||
		r["deactivated_by"] != "provider" || r["quantity"] != "5" {
		t.Errorf("%v", r)
	}
	if got := text(d.get("/subscriptions").Find(".progress__text")); got != "0 of 1 signed" {
		t.Errorf("progress %q", got)
	}
	if rows := d.file("/subscriptions.csv?review=fail&excluded=no"); len(rows) != 1 {
		t.Errorf("%d rows fail", len(rows))
	}
	refused := d.page(d.post("/subscriptions/sign-off", url.Values{"id": {d.id("S-2")}}, http.StatusConflict))
	if main := text(refused.Find("main")); !strings.Contains(main,
		"it is gone at the distributor; confirm that instead") {
		t.Error(main)
	}
	d.post(at+"/confirm-gone", d.form(at, at+"/confirm-gone"), http.StatusSeeOther)
	if r := d.row("S-2"); r["review"] != "" {
		t.Errorf("%v", r)
	}
	if main := text(d.get(at).Find("main")); !strings.Contains(main, "nothing to review") {
		t.Error(main)
	}
	d.page(d.post("/subscriptions/"+d.id("S-1")+"/confirm-gone", url.Values{}, http.StatusConflict))
}

func TestTabsCountExactlyTheRowsTheyOpen(t *testing.T) {
	t.Parallel()
	d := settled(t)
	p, a := d.newProvider("Second", distributor.Stellr, "X-1")
	d.sync(p, a, record("X-1", func(r *distributor.Subscription) { r.PartNumber, r.SKU = "OTHER", "9" }))
	d.exclude(a)
	d.sync(d.provider, d.account, record("S-1"), record("S-2", priced("30")), record("S-3", odd))
	page := d.get("/subscriptions")
	seen := 0
	for _, tab := range page.Find(".tabs a").EachIter() {
		n := text(tab.Find(".tabs__count"))
		if n == "" {
			continue
		}
		seen++
		if rows := d.get(tab.AttrOr("href", "")).Find("main tbody tr").Length(); n != strings.TrimSpace(itoa(rows)) {
			t.Errorf("%s opens %d rows", text(tab), rows)
		}
	}
	if seen != 5 || text(page.Find(".progress__text")) != "0 of 3 signed" {
		t.Errorf("%d tabs, %s", seen, text(page.Find(".progress__text")))
	}
}

func TestABannerStandsWhileReviewsWait(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.exec(`INSERT INTO review_queue (subscription_id, queued_at) SELECT id, now() FROM subscriptions`)
	if body := d.do(httptest.NewRequest(http.MethodGet, "/subscriptions", nil),
		http.StatusOK).Body.String(); !strings.Contains(body, "The review of 2 subscriptions is being made again") {
		t.Error("no banner")
	}
}
