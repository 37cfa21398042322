package syncruns_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"seatledger/internal/syncing"
	"seatledger/internal/testkit/browser"
)

// signedIn is a tab with Ada's session.
func (d *desk) signedIn(t *testing.T, b *browser.Browser) *browser.Tab {
	t.Helper()
	tab := b.Tab(t)
	tab.Go(d.server.URL + "/login")
	tab.Fill("email", "ada@reseller.example")
	tab.Fill("password", password)
	tab.Submit("button[type=submit].btn--primary")
	tab.WaitFor("body:not(:has(input[name=password]))")
	return tab
}

// TestPagesInABrowser looks at every page at both ends of the widths, one of them
// dark: nothing scrolls sideways and axe finds nothing. SEATLEDGER_SHOTS names a
// folder for the pictures.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t)
	partial := d.run(syncing.Partial, map[string]any{"total": 12, "done": 12, "added": 7, "unchanged": 21, "failed": 3,
		"message": "3 of 12 accounts could not be read, so nothing was marked as gone.",
		"advice":  "See the causes below, then retry the failed ones."})
	for i := range 3 {
		d.outcome(partial, fmt.Sprint("c40001", i), "failed", "The distributor did not answer within 30 seconds.")
	}
	d.outcome(partial, "c500017", "changed", "7 new, 0 changed.")
	d.clock.Advance(time.Hour)
	stopped := d.run(syncing.Stopped,
		map[string]any{"message": "80 of 100 known subscriptions are missing from the listing, more than the share " +
			"of 20 % that may go at once.", "advice": "Ask the distributor whether they have really ended."})
	waiting := d.planned(syncing.Stopped, 230)
	dry := d.planned(syncing.Planned, 12)
	paused := d.run(syncing.Queued, map[string]any{"provider_id": d.newProvider("Fabrikam EU"), "attempt": 1,
		"total": 340, "done": 118, "paused_until": d.clock.Now().Add(40 * time.Minute),
		"message": "Paused until 10:40 UTC, asked by the distributor. What was applied until then is kept. " +
			"It goes on by itself."})
	running := d.run(syncing.Running, map[string]any{"total": 340, "done": 118, "added": 12, "unchanged": 100})
	b := browser.Start(t)
	for name, path := range map[string]string{"list": "/sync-runs", "partial": page(partial), "stopped": page(stopped),
		"running": page(running), "plan": page(waiting), "dry": page(dry), "paused": page(paused)} {
		for _, v := range []struct {
			width int64
			dark  bool
		}{{1280, false}, {320, true}} {
			t.Run(fmt.Sprintf("%s-%d-%v", name, v.width, v.dark), func(t *testing.T) {
				tab := d.signedIn(t, b)
				tab.Size(v.width, 900)
				tab.Dark(v.dark)
				tab.Go(d.server.URL + path)
				look(t, tab, fmt.Sprintf("sync-runs-%s-%d-%v.png", name, v.width, v.dark))
			})
		}
	}
	t.Run("live", func(t *testing.T) { d.watch(t, b, running) })
}

// watch follows a run on its page until it ends: the figures move, and the page
// then shows the result by itself.
func (d *desk) watch(t *testing.T, b *browser.Browser, id uuid.UUID) {
	tab := d.signedIn(t, b)
	tab.Go(d.server.URL + page(id))
	d.exec(`UPDATE sync_runs SET done = 200, added = 77 WHERE id = ?`, id)
	tab.Do(chromedp.Poll[chromedp.Void](`document.querySelector('[data-live="added"]').textContent === "77"`))
	d.exec(`UPDATE sync_runs SET state = 'succeeded', finished_at = now() WHERE id = ?`, id)
	tab.WaitFor("main:not(:has(sl-progress))")
	for _, trouble := range tab.Troubles() {
		t.Error(trouble)
	}
}

func look(t *testing.T, tab *browser.Tab, name string) {
	t.Helper()
	if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
		tab.Screenshot(filepath.Join(dir, name))
	}
	if n := tab.Overflow(); n > 0 {
		t.Errorf("the page is %d pixels too wide", n)
	}
	browser.Axe(t, tab)
	for _, trouble := range tab.Troubles() {
		t.Error(trouble)
	}
}
