// Package prices is the screens of price lists: the lists, one list with its
// prices and CSV, the forms, the import.
package prices

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/contract/price"
	"seatledger/internal/errs"
	"seatledger/views/layout"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/imports"
	"seatledger/web/session"
)

// Handlers answers the routes of price lists.
type Handlers struct {
	Prices  price.Service
	Imports imports.Pages
	Zone    *time.Location
}

const (
	path = at.PriceLists
	nav  = "Price lists"
)

// mayWrite tells whether to offer what changes something; the routes decide.
func mayWrite(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Billing) }

func listPath(id uuid.UUID) string { return path + "/" + id.String() }

func itemPath(i price.Item) string { return listPath(i.PriceListID) + "/items/" + i.ID.String() }

func (h Handlers) today() clock.Date { return clock.Today(h.Prices.Clock, h.Zone) }

// list is the price list of the address. The router takes "{id}.csv" and "{id}.xlsx" for the id of
// the list's file, so the ending comes off here.
func (h Handlers) list(c echo.Context) (price.List, error) {
	raw := c.Param("id")
	if httpx.IsFile(c) {
		raw = strings.TrimSuffix(strings.TrimSuffix(raw, ".csv"), ".xlsx")
	}
	id, err := uuid.Parse(raw)
	if err != nil || len(raw) != 36 {
		return price.List{}, errs.New(errs.NotFound, "There is no such price list.")
	}
	ctx := c.Request().Context()
	return price.Get(ctx, h.Prices.DB.Read(ctx), id)
}

func crumbs(more ...layout.Crumb) []layout.Crumb {
	return append([]layout.Crumb{{Label: nav, Href: path}}, more...)
}

func crumbOf(l price.List) layout.Crumb { return layout.Crumb{Label: l.Name, Href: listPath(l.ID)} }

var (
	terms = map[string]string{"monthly": "Monthly", "quarterly": "Quarterly", "annual": "Annual",
		"triennial": "Triennial", "one_time": "One time", "trial": "Trial", "unknown": "Unknown"}
)
