// Package books is the screens of accounting: what waits to be exported, the systems with
// their codes, the preview of an export, and the exports that were made.
package books

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/auth"
	"seatledger/internal/books"
	"seatledger/internal/books/bookfile"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/session"
)

// Handlers answers the routes of accounting.
type Handlers struct {
	DB    *postgres.DB
	Zone  *time.Location
	Books books.Service
	Bulk  *selection.Service // of the ticks on the list of invoices; nil: none are kept
}

const (
	path        = at.Books
	exportsPath = path + "/exports"
	exportPath  = at.Invoices + "/export" // where an export is posted to
	nav         = "Accounting"
)

var crumbs = []layout.Crumb{{Label: "Accounting", Href: path}}

// mayWrite tells whether to offer what changes something; the routes decide.
func mayWrite(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Billing) }

func systemPath(system string) string  { return path + "/" + system }
func previewPath(system string) string { return systemPath(system) + "/export" }
func recordPath(id uuid.UUID) string   { return exportsPath + "/" + id.String() }

func sum(d decimal.Decimal, currency string) ui.Money {
	return ui.Money{Amount: money.Grouped(d, currency), Currency: currency}
}

// format is the system that the address names.
func format(c echo.Context) (bookfile.Format, error) { return books.FormatOf(c.Param("system")) }

var sortNames = map[bookfile.Sort]string{bookfile.Customer: "Customer", bookfile.Account: "Account",
	bookfile.Item: "Item", bookfile.Tax: "Tax", bookfile.Class: "Class"}

func kind(credit bool) string {
	if credit {
		return "Credit notes"
	}
	return "Invoices"
}
