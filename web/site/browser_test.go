package site_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"seatledger/internal/testkit/browser"
	"seatledger/internal/testkit/webtest"
)

// TestEveryPageInABrowser looks at every page in both schemes and at both ends of
// the widths, once each: axe finds nothing, nothing scrolls sideways, the policy blocks nothing,
// and lists show as many rows as they promise.
func TestEveryPageInABrowser(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	w := lived(t)
	pages := append(crawlAs(w.admin, w.extra...).one(), w.admin.Get("/accounts?state=unmapped"),
		w.admin.Get("/billing?due="+w.App.Clock.Now().AddDate(0, 0, 31).Format("2006-01-02")))
	if len(pages) < 30 {
		t.Errorf("only %d pages", len(pages))
	}
	var lists atomic.Int32
	t.Cleanup(func() {
		if n := lists.Load(); n < leastLists {
			t.Errorf("only %d lists had something to show", n)
		}
	})
	for _, half := range [][]*webtest.Page{pages[:len(pages)/2], pages[len(pages)/2:]} {
		t.Run("pages", func(t *testing.T) {
			t.Parallel()
			tab := w.tab(t, b)
			for i, p := range half {
				if lookAt(t, tab, w.URL+p.Path(), i) {
					lists.Add(1)
				}
			}
			lookAt(t, tab, w.URL+"/nowhere", 0)
		})
	}
}

// tab is a tab in which the first administrator has signed in.
func (w *walk) tab(t *testing.T, b *browser.Browser) *browser.Tab {
	t.Helper()
	tab := b.Tab(t)
	signIn(tab, w.URL)
	return tab
}

func signIn(tab *browser.Tab, base string) {
	tab.Go(base + "/login")
	tab.Fill("email", "ada@reseller.example")
	tab.Fill("password", "an honest sentence")
	tab.Submit(`form button[type="submit"]`)
	tab.WaitFor(".app")
}

// lookAt tells whether the page is a list.
func lookAt(t *testing.T, tab *browser.Tab, url string, turn int) bool {
	t.Helper()
	for _, look := range looks(turn) {
		tab.Size(look.width, 900)
		tab.Dark(look.dark)
		tab.Go(url) // anew, since colours fade from one scheme to the other
		if n := tab.Overflow(); n > 0 {
			t.Errorf("%s is %d pixels too wide at %d: %s", url, n, look.width, tab.Widest())
		}
		browser.Axe(at{t, fmt.Sprintf("%s, %d wide, dark %v", url, look.width, look.dark)}, tab)
	}
	for _, trouble := range tab.Troubles() {
		t.Errorf("%s: %s", url, trouble)
	}
	return dense(t, tab, url)
}

type look struct {
	width int64
	dark  bool
}

// looks are two that together show each scheme and each width; every other page
// has them crossed, so that all four are seen in half the time.
func looks(turn int) []look {
	crossed := turn%2 == 1
	return []look{{1280, crossed}, {320, !crossed}}
}

// at says of which page a failure is.
type at struct {
	*testing.T
	page string
}

// Errorf puts the page in front.
func (a at) Errorf(format string, args ...any) {
	a.Helper()
	a.T.Errorf(a.page+": "+format, args...)
}

// TestTheMainPathWithScriptsOff goes through the forms in a browser that runs none.
func TestTheMainPathWithScriptsOff(t *testing.T) {
	t.Parallel()
	w := begin(t, nil)
	tab := browser.Start(t).Tab(t)
	tab.NoScript()
	tab.Go(w.URL)
	tab.Fill("name", "Ada Example")
	tab.Fill("email", "ada@reseller.example")
	tab.Fill("password", "an honest sentence")
	tab.Submit(`form button[type="submit"]`)
	tab.WaitFor(".app")
	tab.Go(w.URL + "/providers/new")
	tab.Do(chromedp.Click(chromedp.CSS(".fold > summary")))
	for name, v := range map[string]string{
		"name": "TD SYNNEX US", "user_name": "integration@reseller.example", "password": apiPassword, "url": w.FarURL,
		"application_id":     "app-1",
		"application_secret": apiSecret, "reseller_number": "100200", "token_url": w.FarURL + "/oauth2/v1/token",
		"grant": "password", "currency": "USD",
	} {
		tab.Fill(name, v)
	}
	tab.Submit(".actions .btn--primary")
	tab.WaitFor(".head__actions")
	tab.Submit(`.head__actions form[action$="/verify"] button`)
	tab.WaitFor(".notice--tone-good")
	tab.Submit(`.head__actions form[action$="/sync-accounts"] button`)
	tab.WaitFor(`.crumbs a[href="/sync-runs"]`)
}
