package subscriptions_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"seatledger/internal/distributor"
)

func TestARecordKnowsTheListThatOneCameFrom(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.sync(d.provider, d.account, record("S-1", seats(5)), record("S-2", seats(30)), record("S-3", seats(20)),
		record("S-4", seats(10)))
	const from = "/subscriptions?sort=-quantity&state=active"
	list := d.get(from)
	var order []string
	list.Find("tbody th a").Each(func(_ int, a *goquery.Selection) { order = append(order, a.AttrOr("href", "")) })
	if len(order) < 4 || !strings.HasPrefix(order[0], "/subscriptions/"+d.id("S-2")+"?from=") {
		t.Fatalf("the rows lead to %v", order)
	}
	at := order[0]
	for i, want := range order[1:] {
		way := d.get(at).Find(".around")
		if prev := way.Find("a[rel=prev]").AttrOr("href", ""); i > 0 && prev != order[i-1] || i == 0 && prev != "" {
			t.Errorf("before number %d comes %q", i, prev)
		}
		if at = way.Find("a[rel=next]").AttrOr("href", ""); at != want {
			t.Fatalf("behind number %d comes %q, want %q", i, at, want)
		}
	}
	if way := d.get(at).Find(".around"); way.Find("a[rel=next]").Length() != 0 || way.Find("a").Length() != 1 {
		t.Errorf("behind the last comes %s", way.Text())
	}
	if back := d.get(at).Find(".crumbs a").AttrOr("href", ""); back != from {
		t.Errorf("the way back leads to %q", back)
	}
}

func TestAfterASignatureComesTheNextOneToReview(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.sync(d.provider, d.account, record("S-1", seats(5)), record("S-2", seats(30)), record("S-3", seats(20)),
		record("S-4", seats(10)))
	d.post("/subscriptions/sign-off", url.Values{"id": {d.id("S-3")}}, http.StatusSeeOther)
	const from = "/subscriptions?sort=-quantity&state=active"
	at := func(external string) string {
		return "/subscriptions/" + d.id(external) + "?from=" + url.QueryEscape(from)
	}
	for _, step := range []struct{ signed, then string }{
		{"S-2", at("S-4")}, // S-3 is signed already
		{"S-1", from},      // the last one leads back to the list
	} {
		form := d.form(at(step.signed), "/subscriptions/sign-off")
		w := d.post("/subscriptions/sign-off", form, http.StatusSeeOther)
		if to := w.Header().Get("Location"); to != step.then {
			t.Errorf("after %s comes %s, want %s", step.signed, to, step.then)
		}
	}
	// The one that was signed is no longer among those to review, and still knows its place.
	gone := d.get("/subscriptions/" + d.id("S-2") + "?from=" + url.QueryEscape("/subscriptions?review="+
		d.row("S-4")["review"]+"&sort=-quantity"))
	if next := gone.Find(".around a[rel=next]").AttrOr("href", ""); !strings.HasPrefix(next,
		"/subscriptions/"+d.id("S-4")) {
		t.Errorf("next comes %q", next)
	}
}

func TestOnlyTheRecordsOwnListCountsAsOneCameFrom(t *testing.T) {
	t.Parallel()
	d := settled(t)
	d.sync(d.provider, d.account, record("S-1"), record("S-2"))
	at := "/subscriptions/" + d.id("S-1")
	for _, from := range []string{"https://evil.example/subscriptions", "//evil.example/subscriptions", "/changes",
		"/subscriptions/../subscriptions", "/subscriptions?state=asleep", "/subscriptions?sort=nothing",
		"javascript:alert(1)",
		"/subscriptions?%zz", `/\evil.example`, "/subscriptions.csv"} {
		page := d.get(at + "?from=" + url.QueryEscape(from))
		if page.Find(".around").Length() != 0 || page.Find(`a[href*="evil.example"]`).Length() != 0 {
			t.Errorf("%s leads somewhere", from)
		}
	}
	came := httptest.NewRequest(http.MethodGet, at, nil)
	came.Header.Set("Referer", "http://"+came.Host+"/subscriptions")
	if n := d.page(d.do(came, http.StatusOK)).Find(".around a").Length(); n == 0 {
		t.Error("who comes from the whole list finds no way on")
	}
	came.Header.Set("Referer", "http://evil.example/subscriptions")
	if n := d.page(d.do(came, http.StatusOK)).Find(".around a").Length(); n != 0 {
		t.Error("another site says which list one came from")
	}
}

func seats(n int) func(*distributor.Subscription) {
	return func(r *distributor.Subscription) { r.Quantity = n }
}
