// Package keys is the sheet of single keys: what they do on lists, on records and everywhere, and where g and a
// letter lead. The script that hears them is static/js/keys.js; this package knows no record.
package keys

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/keys"
)

var (
	everywhere = ui.Keys{Of: "Everywhere", Keys: []ui.Key{
		{Key: "/ or Ctrl+K", Does: "Search everything"}, {Key: "g, then a letter", Does: "Go to a page"},
		{Key: "?", Does: "Show these keys"}, {Key: "Esc", Does: "Close what is open"},
	}}
	lists = ui.Keys{Of: "On lists", Keys: []ui.Key{
		{Key: "j", Does: "Next row; behind the last one the next page"}, {Key: "k", Does: "Previous row"},
		{Key: "Enter", Does: "Open the row"}, {Key: "x", Does: "Tick or untick the row"},
		{Key: "e", Does: "Export the list"}, {Key: "s", Does: "Views: choose one or save this one"},
	}}
	records = ui.Keys{Of: "On records", Keys: []ui.Key{
		{Key: "j", Does: "Next record of the list you came from"},
		{Key: "k", Does: "Previous record of the list you came from"},
		{Key: "e", Does: "Edit"}, {Key: "s", Does: "Sync now, where there is something to sync"},
		{Key: "Ctrl+S", Does: "Save the form"},
	}}
)

// Show is the sheet.
func Show(c echo.Context) error {
	m := view.Sheet{Page: session.Page(c, "Keys", ""), Groups: []ui.Keys{everywhere, lists, records}}
	m.Page.Lead = "One key each, where no field has the focus. What a page has besides stands on its buttons."
	leads := ui.Keys{Of: "g, and then"}
	for _, s := range session.Navigation(session.User(c).Role) {
		for _, it := range s.Items {
			leads.Keys = append(leads.Keys, ui.Key{Key: it.Key, Does: it.Label})
		}
	}
	m.Groups = append(m.Groups, leads)
	return httpx.Render(c, http.StatusOK, m.Show())
}
