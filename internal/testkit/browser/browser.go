// Package browser drives a headless Chromium in tests: it opens pages, looks at
// them at a given width and colour scheme, takes pictures and runs axe-core on
// them. It knows nothing of the product: a test hands it an address.
package browser

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a single step of a tab may take.
const patience = 60 * time.Second

// Browser is one Chromium with a profile of its own, gone with the test.
type Browser struct{ ctx context.Context }

// Tab is one tab. Its methods fail the test when a step fails. It is not for
// concurrent use; open one per goroutine.
type Tab struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	troubles []string
}

// Start starts a Chromium. Without one the test is skipped, or fails when
// SEATLEDGER_TEST_REQUIRE=all.
func Start(t testing.TB) *Browser {
	t.Helper()
	path, err := find()
	if err != nil {
		if os.Getenv("SEATLEDGER_TEST_REQUIRE") == "all" {
			t.Fatalf("a browser is required: %v (Debian: apt-get install chromium)", err)
		}
		t.Skipf("no browser: %v (Debian: apt-get install chromium)", err)
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), flags(path, t.TempDir())...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("browser: %v", err)
	}
	return &Browser{ctx: ctx}
}

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium on the PATH")
}

func flags(path, profile string) []chromedp.ExecAllocatorOption {
	opts := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	return append(opts,
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true),
	)
}

// Tab opens a tab with cookies of its own, at 1280 x 900.
func (b *Browser) Tab(t testing.TB) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	tab := &Tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, tab.hear); err != nil {
		t.Fatalf("browser tab: %v", err)
	}
	tab.Size(1280, 900)
	return tab
}

// hear notes what the page complains about: exceptions, and errors of the browser
// itself, among them everything that the content security policy blocked.
func (tab *Tab) hear(ev any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		tab.troubles = append(tab.troubles, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !isStatusEntry(e.Entry) {
			tab.troubles = append(tab.troubles, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// isStatusEntry tells that the browser only notes an answer of 4xx, which a test may well want.
func isStatusEntry(e *log.Entry) bool {
	return strings.Contains(e.Text, "the server responded with a status of 4")
}

// Troubles are the exceptions and browser errors so far; a good page has none.
func (tab *Tab) Troubles() []string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	return append([]string(nil), tab.troubles...)
}
