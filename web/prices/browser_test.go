package prices_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"seatledger/internal/testkit/browser"
	"seatledger/static"
)

// TestTheImportInABrowser looks at the import wide and light, and narrow and dark:
// nothing scrolls sideways, axe finds nothing. SEATLEDGER_SHOTS names a folder for the pictures.
func TestTheImportInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.echo.GET(static.Prefix+"*", echo.WrapHandler(static.Handler()))
	list := d.newList("Commercial")
	sheet := microsoftHeader
	for sku, rest := range map[string]string{"1": "P1Y,Monthly,US,USD,60.48,,,2025-04-01T00:00:00Z,9999-11-30T23:59:59Z,License,75.60,Commercial,", "2": "P3Y,Monthly,US,USD,100,,,2025-04-01T00:00:00Z,9999-11-30T23:59:59Z,License,125,Education,"} {
		sheet += "Unchanged,Sample Office Plan,CFQ7TTC0XX01," + sku +
			",Sample Office Plan with a rather long name,Sample Corp,Mail,," + rest + "\n"
	}
	asked, _ := d.preview(list, sheet)
	done, _ := d.preview(list, sheet)
	d.set(done, "answer.segment", "Commercial", "answer.price", "suggested")
	d.apply(done)
	ready, _ := d.preview(list, "Artikelnummer;Produkt;Einheit;Laufzeit;Abrechnung;Preis;Gültig ab\n0001234;Evil "+
		"\u202ecod.exe;month;annual;monthly;12,50;01.03.2026\n"+
		"1234;"+strings.Repeat("long",
		20)+";month;annual;monthly;1.234,50;01.03.2026\n3-Mar;Short;month;annual;monthly;many;01.03.2026\n")
	server := httptest.NewServer(d.echo)
	t.Cleanup(server.Close)
	tab := browser.Start(t).Tab(t)
	for name, path := range map[string]string{"upload": list + "/import", "asked": asked, "ready": ready, "done": done,
		"list": list} {
		for width, dark := range map[int64]bool{1280: false, 320: true} {
			tab.Size(width, 900)
			tab.Dark(dark)
			tab.Go(server.URL + path)
			if over := tab.Overflow(); over > 0 {
				t.Errorf("%s is %d pixels wider than %d", name, over, width)
			}
			browser.Axe(t, tab)
			if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
				tab.Screenshot(filepath.Join(dir, fmt.Sprintf("prices-%s-%d.png", name, width)))
			}
		}
	}
	if troubles := tab.Troubles(); len(troubles) > 0 {
		t.Errorf("the browser complains: %v", troubles)
	}
}
