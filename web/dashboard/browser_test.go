package dashboard_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"seatledger/internal/testkit/browser"
	"seatledger/static"
)

// site serves the screens with the style sheets, as the product does.
func (d *desk) site() string {
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.Handle("/", d.echo)
	s := httptest.NewServer(mux)
	d.Cleanup(s.Close)
	return s.URL
}

// TestTheDashboardInABrowser looks at the first steps and at the figures, wide
// and light, and narrow and dark. SEATLEDGER_SHOTS names a folder for the pictures.
func TestTheDashboardInABrowser(t *testing.T) {
	t.Parallel()
	full, empty := open(t), open(t)
	r := full.dice(1)
	r.fill()
	b := browser.Start(t)
	for name, d := range map[string]*desk{"figures": full, "steps": empty} {
		url := d.site()
		for width, dark := range map[int64]bool{1280: false, 320: true} {
			t.Run(fmt.Sprintf("%s-%d", name, width), func(t *testing.T) {
				tab := b.Tab(t)
				tab.Size(width, 900)
				tab.Dark(dark)
				tab.Go(url + "/")
				look(t, tab, fmt.Sprintf("dashboard-%s-%d.png", name, width))
			})
		}
	}
}

func look(t *testing.T, tab *browser.Tab, name string) {
	t.Helper()
	if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
		tab.Screenshot(filepath.Join(dir, name))
	}
	if n := tab.Overflow(); n > 0 {
		t.Errorf("the page is %d px wider than the window", n)
	}
	for _, trouble := range tab.Troubles() {
		t.Errorf("the browser complains: %s", trouble)
	}
	browser.Axe(t, tab)
}
