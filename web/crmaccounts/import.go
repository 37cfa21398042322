package crmaccounts

import (
	"github.com/labstack/echo/v4"

	"seatledger/views/layout"
	"seatledger/web/imports"
)

// ImportForm is the page with the file field.
func (h Handlers) ImportForm(c echo.Context) error { return h.Imports.New(c, h.screen()) }

// Upload keeps a file and leads to its preview.
func (h Handlers) Upload(c echo.Context) error { return h.Imports.Upload(c, h.screen()) }

// Preview shows what a file would do, or did.
func (h Handlers) Preview(c echo.Context) error { return h.Imports.Preview(c, h.screen()) }

// Apply does what a file says.
func (h Handlers) Apply(c echo.Context) error { return h.Imports.Apply(c, h.screen()) }

// Columns sets which column of a file is which.
func (h Handlers) Columns(c echo.Context) error { return h.Imports.Columns(c, h.screen()) }

// ConfirmUndo asks before an import is taken back.
func (h Handlers) ConfirmUndo(c echo.Context) error { return h.Imports.ConfirmUndo(c, h.screen()) }

// Undo takes an import back.
func (h Handlers) Undo(c echo.Context) error { return h.Imports.Undo(c, h.screen()) }

func (h Handlers) screen() imports.Screen {
	return imports.Screen{
		Kind: h.Accounts.Import(), Undo: true, Title: "Import CRM accounts", Nav: nav, Path: path + "/import",
		Back: path,
		Lead: "An account is found by its external id, so the same file can be imported again and again. " +
			"An empty cell empties the field; what somebody edited by hand stays.",
		Crumbs: []layout.Crumb{{Label: nav, Href: path}},
		Columns: []imports.ColumnHelp{
			{Name: "external_id", Help: "The account's id in your CRM. A line without one is matched by its name " +
				"among the accounts that have none."},
			{Name: "name", Help: "The customer's name."},
			{Name: "website", Help: "A web address or a bare domain, like www.contoso.example."},
			{Name: "email_domains", Help: "Separated by spaces, commas or semicolons; mind the separator of the file."},
			{Name: "tenant_id", Help: "Microsoft tenant id, a GUID in any case."},
			{Name: "street", Help: "And city, state, postal_code, country, phone, tax_id: as your CRM has them."},
			{Name: "id", Help: "As in our own CSV: finds an account that has no external id."},
		},
	}
}
