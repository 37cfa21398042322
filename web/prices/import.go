package prices

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/contract/price"
	"seatledger/web/imports"
)

// ImportForm is the page with the file field.
func (h Handlers) ImportForm(c echo.Context) error { return h.with(c, h.Imports.New) }

// Upload keeps a file and leads to its preview.
func (h Handlers) Upload(c echo.Context) error { return h.with(c, h.Imports.Upload) }

// Preview shows what a file would do, or did.
func (h Handlers) Preview(c echo.Context) error { return h.with(c, h.Imports.Preview) }

// Apply does what a file says.
func (h Handlers) Apply(c echo.Context) error { return h.with(c, h.Imports.Apply) }

// ConfirmUndo asks before an import is taken back.
func (h Handlers) ConfirmUndo(c echo.Context) error { return h.with(c, h.Imports.ConfirmUndo) }

// Undo takes an import back.
func (h Handlers) Undo(c echo.Context) error { return h.with(c, h.Imports.Undo) }

// Columns sets which column of a file is which, and what else it needs to be told.
func (h Handlers) Columns(c echo.Context) error { return h.with(c, h.Imports.Columns) }

func (h Handlers) with(c echo.Context, page func(echo.Context, imports.Screen) error) error {
	l, err := h.list(c)
	if err != nil {
		return err
	}
	return page(c, h.screen(l))
}

func (h Handlers) screen(l price.List) imports.Screen {
	return imports.Screen{
		Kind: h.Prices.Import(l), Undo: true, Title: "Import prices into " + l.Name, Nav: nav,
		Path: listPath(l.ID) + "/import",
		Back: listPath(l.ID),
		Lead: "All prices are in " + l.Currency +
			". A line with a product, term, billing frequency and first day that the list has changes that price; " +
			"any other adds one. Nothing is taken off. Microsoft's price sheet for licences is taken as it is " +
			"downloaded: its prices become the costs, and you say what the list sells at.",
		Crumbs: crumbs(crumbOf(l)),
		Columns: []imports.ColumnHelp{
			{Name: "part_number", Help: "The manufacturer's part number. Unknown ones make a new product."},
			{Name: "product_name", Help: "Used for products that have no name yet."},
			{Name: "unit", Help: "What the price is for, per seat: month, quarter, year, three_years, once."},
			{Name: "term", Help: "monthly, quarterly, annual, triennial, one_time, trial; " +
				"also P1M, P1Y, P3Y, month, year."},
			{Name: "billing_frequency", Help: "How often the distributor bills it, in the same words."},
			{Name: "unit_price", Help: "Up to six decimals, with a point or a comma: " +
				"the file decides, and the preview says how it was read."},
			{Name: "effective_from", Help: "First day of the price: YYYY-MM-DD, or a date that can mean one day only."},
			{Name: "effective_to", Help: "First day on which it no longer counts; empty: open."},
			{Name: "unit_cost", Help: "What you pay, and suggested_price what the vendor suggests to take, for the " +
				"same unit. Kept beside the price; neither becomes one."},
			{Name: "vendor", Help: "Needed only where several vendors have the part number."},
		},
	}
}
