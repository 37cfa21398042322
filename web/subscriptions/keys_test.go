package subscriptions_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"seatledger/internal/testkit/browser"
)

// TestAReviewByKeys opens the price and signs off, by the keys that the mapping queue has.
func TestAReviewByKeys(t *testing.T) {
	t.Parallel()
	d, site := stage(t)
	tab := browser.Start(t).Tab(t)
	tab.Go(site + "/subscriptions/" + d.id("S-2") + "?from=" + url.QueryEscape("/subscriptions"))
	before := d.number(`SELECT count(*) FROM sign_offs`)
	tab.Do(chromedp.KeyEvent("p"))
	if !browser.Eval[bool](tab, `document.querySelector("#price details").open &&
		document.activeElement.closest("#price") !== null`) {
		t.Error("p does not open the price")
	}
	browser.Eval[bool](tab, `document.activeElement.blur() ?? (window.stays = true)`)
	tab.Do(chromedp.KeyEvent("a"))
	arrive(t, tab)
	if now := d.number(`SELECT count(*) FROM sign_offs`); now != before+1 {
		t.Errorf("%d signatures, and there were %d", now, before)
	}
	if n := d.get("/subscriptions/" + d.id("S-2")).Find("[data-keys] .keys tr").Length(); n < 6 {
		t.Errorf("%d keys are told", n)
	}
}

// arrive waits for the page that a key leads to. While it loads there is none to ask.
func arrive(t *testing.T, tab *browser.Tab) {
	t.Helper()
	const there = `!window.stays && document.readyState === "complete"`
	for began := time.Now(); time.Since(began) < time.Minute; {
		if ok, err := chromedp.Run(tab.Context(), chromedp.Evaluate[bool](there)); err == nil && ok {
			return
		}
	}
	t.Fatal("the key leads nowhere")
}
