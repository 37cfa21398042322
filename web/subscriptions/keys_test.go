package subscriptions_test

import (
	"net/url"
	"testing"

	"seatledger/internal/testkit/browser"
)

// TestAReviewByKeys opens the price and signs off, by the keys that the mapping queue has.
func TestAReviewByKeys(t *testing.T) {
	t.Parallel()
	d, site := stage(t)
	tab := browser.Start(t).Tab(t)
	tab.Go(site + "/subscriptions/" + d.id("S-2") + "?from=" + url.QueryEscape("/subscriptions"))
	before := d.number(`SELECT count(*) FROM sign_offs`)
	tab.Press("p")
	if !browser.Eval[bool](tab, `document.querySelector("#price details").open &&
		document.activeElement.closest("#price") !== null`) {
		t.Error("p does not open the price")
	}
	browser.Eval[bool](tab, `document.activeElement.blur() ?? true`)
	tab.Lead("a")
	if now := d.number(`SELECT count(*) FROM sign_offs`); now != before+1 {
		t.Errorf("%d signatures, and there were %d", now, before)
	}
	if n := d.get("/subscriptions/" + d.id("S-2")).Find("[data-keys] .keys tr").Length(); n < 6 {
		t.Errorf("%d keys are told", n)
	}
}
