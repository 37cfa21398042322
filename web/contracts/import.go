package contracts

import (
	"github.com/labstack/echo/v4"

	"seatledger/views/layout"
	"seatledger/web/imports"
	"seatledger/web/session"
)

// ImportForm is the page with the file field.
func (h Handlers) ImportForm(c echo.Context) error { return h.Imports.New(c, h.screen(c)) }

// Upload keeps a file and leads to its preview.
func (h Handlers) Upload(c echo.Context) error { return h.Imports.Upload(c, h.screen(c)) }

// Preview shows what a file would do, or did.
func (h Handlers) Preview(c echo.Context) error { return h.Imports.Preview(c, h.screen(c)) }

// Apply does what a file says.
func (h Handlers) Apply(c echo.Context) error { return h.Imports.Apply(c, h.screen(c)) }

// Columns sets which column of a file is which.
func (h Handlers) Columns(c echo.Context) error { return h.Imports.Columns(c, h.screen(c)) }

// ConfirmUndo asks before an import is taken back.
func (h Handlers) ConfirmUndo(c echo.Context) error { return h.Imports.ConfirmUndo(c, h.screen(c)) }

// Undo takes an import back.
func (h Handlers) Undo(c echo.Context) error { return h.Imports.Undo(c, h.screen(c)) }

func (h Handlers) screen(c echo.Context) imports.Screen {
	return imports.Screen{
		Kind: h.Contracts.Import(session.Actor(c)), Undo: true, Title: "Import billing contracts", Nav: nav,
		Path: path + "/import", Back: path,
		Lead: "A line with the customer and name of a contract that stands changes it; any other makes one. " +
			"A column that the file lacks leaves its field alone, an empty cell empties it. The file of the list of " +
			"contracts can be changed and imported again.",
		Crumbs: []layout.Crumb{{Label: nav, Href: path}},
		Columns: []imports.ColumnHelp{
			{Name: "crm_account_external_id", Help: "The customer's id in your CRM. Or crm_account: its exact name."},
			{Name: "name", Help: "The contract's name; one customer has each name once."},
			{Name: "price_list", Help: "Name of the price list. Without currency the contract takes the list's."},
			{Name: "currency", Help: "Three letters, like USD."},
			{Name: "billing_frequency", Help: "monthly, quarterly or annual. timing: advance or arrears. " +
				"billing_day: 1 to 28, or last."},
			{Name: "start_date", Help: "First day of the contract. end_date: the first day no longer covered."},
			{Name: "bill_from", Help: "First day that Seatledger bills; needed before the first invoice."},
			{Name: "payment_terms", Help: "Days, like 30; or eom+10."},
			{Name: "refunds", Help: "global, yes or no. renewal: propose or list. is_default, bill_together: true or " +
				"false."},
			{Name: "usage_rule", Help: "Usage of a distributor's bill: elsewhere, cost, cost+15% or margin 20%."},
			{Name: "tax_code", Help: "And purchase_order, recipients, language (en, fr): as in the form."},
			{Name: "id", Help: "As in our own CSV: changes that contract, its name too."},
		},
	}
}
