// Package invoices is the screens of invoices: lists and files, the preview of a
// run, the invoice with what can be done to it, and what was billed elsewhere.
package invoices

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/auth"
	"seatledger/internal/billing"
	"seatledger/internal/history"
	"seatledger/internal/invoice"
	"seatledger/internal/letters"
	"seatledger/internal/money"
	"seatledger/internal/selection"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/imports"
	"seatledger/web/session"
)

// Handlers answers the routes of invoices.
type Handlers struct {
	Invoices billing.Service
	Letters  letters.Service
	Bulk     *selection.Service
	Imports  imports.Pages // of payments
}

const (
	path      = at.Invoices
	linesPath = at.InvoiceLines
	nav       = "Invoices"
)

// mayBill tells whether to offer what changes something; the routes decide.
func mayBill(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Billing) }

func recordPath(id uuid.UUID) string   { return path + "/" + id.String() }
func contractPath(id uuid.UUID) string { return at.Contract(id) }

var crumbs = []layout.Crumb{{Label: "Invoices", Href: path}}

var (
	kinds = map[invoice.Kind]string{invoice.FullCycle: "Full cycle", invoice.ChangeLog: "Change log",
		invoice.Credit: "Credit"}
	// What a line is for.
	lineKinds = map[history.Kind]string{history.Cycle: "", history.CatchUp: "catch-up",
		history.Reprice: "price difference", history.Once: "purchase", history.Typed: "by hand", "credit": "credit"}
	periods = map[string]string{"month": "per month", "quarter": "per quarter", "year": "per year",
		"three_years": "per three years", "once": "once"}
)

func sum(d decimal.Decimal, currency string) ui.Money {
	return ui.Money{Amount: money.Grouped(d, currency), Currency: currency}
}

func moment(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("2 Jan 2006 15:04 MST")
}
