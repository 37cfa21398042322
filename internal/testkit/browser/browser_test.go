package browser_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seatledger/internal/testkit/browser"
)

const wrong = `<!doctype html><html lang="en"><head><title>T</title></head><body><main><h1>T</h1>
<div role="button" style="width:2000px">wide</div><input name="a"><script>throw new Error("broken")</script></main></body></html>`

func open(t *testing.T) *browser.Tab {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, wrong)
	}))
	t.Cleanup(s.Close)
	tab := browser.Start(t).Tab(t)
	tab.Go(s.URL)
	return tab
}

// recorder takes the failures of an assertion instead of the test.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) { r.said = append(r.said, format) }

func TestFaultsOfAPageAreSeen(t *testing.T) {
	t.Parallel()
	tab := open(t)
	if tab.Overflow() < 700 {
		t.Errorf("overflow %d, want the width of the wide element", tab.Overflow())
	}
	if len(tab.Troubles()) != 1 {
		t.Errorf("troubles %v, want the thrown error", tab.Troubles())
	}
	r := &recorder{TB: t}
	browser.Axe(r, tab)
	if len(r.said) == 0 {
		t.Error("axe found nothing on a page with an unlabelled input")
	}
}

func TestScreenshotsArePictures(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "shots", "page.png")
	open(t).Screenshot(path)
	b, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(b), "\x89PNG") {
		t.Errorf("no picture: %v", err)
	}
}
