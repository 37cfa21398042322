package dialects_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/testkit/browser"
	"seatledger/internal/testkit/webtest"
)

// TestPagesInABrowser looks at every page at both ends of the widths, one of them dark:
// nothing scrolls sideways and axe finds nothing. SEATLEDGER_SHOTS names a folder for the
// pictures.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t, 5, 20)
	d.fault(sandbox.Fault{Kind: "set_field", Field: "status", Value: value("Parked"), Path: lists})
	d.fault(sandbox.Fault{Kind: "rename_field", Field: "productId", To: "aVeryLongNameOfAFieldThatNobodyReadsAnywhere",
		Path: lists})
	d.sync("subscriptions")
	d.take(d.propose("statuses", "On the shelf = suspended", "note", "As their support says of a customer's hold"))
	tried := d.propose("statuses", "Parked = cancelled", "token_form", "scope = api.read",
		"name.subscription.unitPrice",
		"netPrice, priceNet")
	failed := d.propose("path_customers", "/api/v1/cloud/nowhere")
	b := browser.Start(t)
	for name, path := range map[string]string{"dialect": d.provider + "/dialect", "version": tried.Path(),
		"failed": failed.Path(), "wire": d.provider + "/wire", "from": d.provider + "/dialect?from=2"} {
		for _, view := range []struct {
			width int64
			dark  bool
		}{{1400, false}, {320, true}} {
			t.Run(fmt.Sprintf("%s at %d dark %v", name, view.width, view.dark), func(t *testing.T) {
				tab := b.Tab(t)
				tab.Size(view.width, 900)
				tab.Dark(view.dark)
				tab.Go(d.URL + "/login")
				tab.Fill("email", "admin@reseller.example")
				tab.Fill("password", webtest.Password)
				tab.Submit(`form button[type="submit"]`)
				tab.WaitFor(".app")
				tab.Go(d.URL + path)
				if over := tab.Overflow(); over > 0 {
					t.Errorf("%d px too wide", over)
				}
				browser.Axe(t, tab)
				if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
					tab.Screenshot(filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+".png"))
				}
			})
		}
	}
}
