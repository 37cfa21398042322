// Package supplierbills is the screens of the distributor's bills: the list, bringing a bill in, its preview, and one
// bill with its lines. What a file means is decided in the room supplier.
package supplierbills

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/supplier"
	"seatledger/views/layout"
	"seatledger/web/at"
	"seatledger/web/imports"
	"seatledger/web/session"
)

// Handlers answers everything below /supplier-bills.
type Handlers struct {
	Bills   supplier.Service
	Imports imports.Pages
	Zone    *time.Location
}

const (
	path    = at.SupplierBills
	newPath = path + "/new"
	nav     = "Supplier bills"
)

var crumbs = []layout.Crumb{{Label: nav, Href: path}}

func billCrumbs(b supplier.Bill) []layout.Crumb {
	return append(crumbs[:1:1], layout.Crumb{Label: b.Called(), Href: at.SupplierBill(b.ID)})
}

// mayWrite tells whether to offer what changes something; the routes decide.
func mayWrite(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Billing) }

// screen is the import of a bill. A bill has the id of the file that it came in.
func (h Handlers) screen(c echo.Context) imports.Screen {
	s := imports.Screen{Kind: h.Bills.File(session.Actor(c)), Undo: true, Title: "Bring in a bill", Nav: nav, Path: newPath,
		Back: path, Crumbs: crumbs, Columns: neutralHelp,
		Lead: "Nothing is changed before you have seen what the file holds."}
	if id, err := uuid.Parse(c.Param("import")); err == nil {
		ctx := c.Request().Context()
		if _, err := supplier.Get(ctx, h.Bills.DB.Read(ctx), id); err == nil {
			s.Back = at.SupplierBill(id)
		}
	}
	return s
}

var neutralHelp = []imports.ColumnHelp{
	{Name: "line", Help: "What the bill calls the line; left empty, its place in the file."},
	{Name: "customer_external_id", Help: "The customer's id at the distributor."},
	{Name: "customer", Help: "The customer's name."},
	{Name: "tenant_id", Help: "The customer's tenant at the vendor."},
	{Name: "subscription_external_id", Help: "The distributor's id of the subscription."},
	{Name: "vendor_subscription_id", Help: "The vendor's id of the subscription."},
	{Name: "order_id", Help: "The order, as the distributor names it."},
	{Name: "part_number", Help: "As CFQ7TTC0LH18:0001:P1Y:M; zeros that a spreadsheet dropped are put back."},
	{Name: "product", Help: "The product's name."},
	{Name: "term", Help: "As P1Y."},
	{Name: "billing_frequency", Help: "As monthly or annual."},
	{Name: "charge", Help: "The bill's own word, as new, cycleCharge, addQuantity. It is kept as it is."},
	{Name: "from", Help: "The first day that is charged."},
	{Name: "to", Help: "The day after the last. Empty: charged once."},
	{Name: "quantity", Help: "Seats or units."},
	{Name: "unit_price", Help: "For one unit and one whole cycle."},
	{Name: "amount", Help: "Without tax; below zero for a credit. Its sign decides."},
	{Name: "tax", Help: "The tax of the line."},
	{Name: "currency", Help: "Of amount and tax; asked once where the file has no such column."},
	{Name: "exchange_rate", Help: "From the currency of unit_price to that of amount; empty: 1."},
	{Name: "reference", Help: "Ties the lines of one event together."},
}
