package crmsources_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/browser"
	"seatledger/internal/testkit/webtest"
)

// TestPagesInABrowser looks at every page at both ends of the widths, one of them
// dark: nothing scrolls sideways and axe finds nothing. SEATLEDGER_SHOTS names a
// folder for the pictures.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.customers(10)
	source := d.source()
	d.admin.Get(source).FormTo(source + "/verify").Submit().Next()
	d.read(source, d.admin)
	record := "/crm-accounts/" + d.admin.Get("/crm-accounts.csv").Records()[0]["id"]
	d.admin.Get(record+"/edit").FormTo(record).Set("phone", "+44 20 7", "street", "9 Hill").Submit().Next()
	d.org.PutAccount(accountID(1), map[string]any{"telephone1": "+44 113 2"})
	d.org.DeleteAccount(accountID(2))
	d.org.PutAccount(accountID(11), map[string]any{"name": nil})
	partial := d.read(source, d.admin)
	for i := 3; i < 7; i++ {
		d.org.DeleteAccount(accountID(i))
	}
	stopped := d.read(source, d.admin)
	queued := d.admin.Get(source).FormTo(source + "/read").Submit().Next()
	file := d.admin.Get("/crm-accounts/import").FormTo("/crm-accounts/import").File("file",
		"Kundennummer;Firma;Webseite;PLZ;Ort;Betreuer\n"+accountID(1)+
			";Customer 01 Ltd;www.c.example;01067;Leeds;Eva\nK-2;Rowan GmbH;rowan.example;10115;Berlin;Jan\nK-3;;;;;\n").Submit().Next()
	applied := d.admin.Get("/crm-accounts/import").FormTo("/crm-accounts/import").File("file",
		"external_id,name\nK-9,Applied Ltd\n").Submit().Next()
	applied.FormTo(applied.Path() + "/apply").Submit().Next()
	tab := signedIn(t, d, browser.Start(t))
	for name, path := range map[string]string{
		"list": "/crm-sources", "edit": source + "/edit", "record": source, "partial": partial.Path(),
		"stopped": stopped.Path(), "queued": queued.Path(),
		"account": record, "preview": file.Path(), "applied": applied.Path(), "undo": applied.Path() + "/undo",
	} {
		for _, v := range []struct {
			width int64
			dark  bool
		}{{1280, false}, {320, true}} {
			tab.Size(v.width, 1800) // tall, so that the bar of buttons covers nothing
			tab.Dark(v.dark)
			tab.Go(d.URL + path)
			look(t, tab, fmt.Sprintf("crm-%s-%d.png", name, v.width))
		}
	}
}

func signedIn(t *testing.T, d *desk, b *browser.Browser) *browser.Tab {
	t.Helper()
	tab := b.Tab(t)
	tab.Go(d.URL + "/login")
	tab.Fill("email", string(auth.Admin)+"@reseller.example")
	tab.Fill("password", webtest.Password)
	tab.Submit("button[type=submit].btn--primary")
	tab.WaitFor("form[action='/logout']")
	return tab
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
