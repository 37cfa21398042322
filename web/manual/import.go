package manual

import (
	"github.com/labstack/echo/v4"

	"seatledger/web/imports"
	"seatledger/web/session"
)

// ImportForm is the page with the file field.
func (h Handlers) ImportForm(c echo.Context) error { return h.within(c, h.Imports.New) }

// Upload keeps a file and leads to its preview.
func (h Handlers) Upload(c echo.Context) error { return h.within(c, h.Imports.Upload) }

// Preview shows what a file would do, or did.
func (h Handlers) Preview(c echo.Context) error { return h.within(c, h.Imports.Preview) }

// Apply does what a file says.
func (h Handlers) Apply(c echo.Context) error { return h.within(c, h.Imports.Apply) }

// Columns sets which column of a file is which, and what else it needs to be told.
func (h Handlers) Columns(c echo.Context) error { return h.within(c, h.Imports.Columns) }

func (h Handlers) within(c echo.Context, page func(echo.Context, imports.Screen) error) error {
	p, err := h.provider(c)
	if err != nil {
		return err
	}
	back := providerPath(p.ID)
	return page(c, imports.Screen{
		Kind: h.Entries.Import(p, session.Actor(c)), Title: "Import into " + p.Name, Nav: nav, Path: back + "/import",
		Back: back, Crumbs: crumbsOf(p),
		Lead: "A file holds accounts or subscriptions; its first line tells which, and you may choose. " +
			"A line is found by its external id. A column that the file lacks leaves what stands, and a line that " +
			"the file lacks is left alone.",
		Columns: []imports.ColumnHelp{
			{Name: "external_id", Help: "Of the account, or of the subscription: its number at the distributor."},
			{Name: "name", Help: "Accounts: the customer's name."},
			{Name: "domain", Help: "Accounts: as contoso.example."},
			{Name: "tenant_id", Help: "Accounts: Microsoft tenant id, a GUID in any case."},
			{Name: "account_external_id", Help: "Subscriptions: the account they belong to. It must be entered before."},
			{Name: "quantity", Help: "Seats. A changed number becomes a row of the ledger."},
			{Name: "effective_at", Help: "First day of a changed number of seats, as 2026-03-31; today when empty."},
			{Name: "part_number", Help: "And product: what prices are found by, and its name."},
			{Name: "unit_cost", Help: "What you pay per seat and cost_period: " +
				"month, quarter, year, three_years or once; currency as USD. With a decimal point or comma: " +
				"the file decides, and the preview says how it was read."},
			{Name: "term", Help: "And billing_frequency: monthly, quarterly, annual, triennial, one_time or trial."},
			{Name: "start_date", Help: "And end_date, as 2026-03-31, or a date that can mean one day only."},
			{Name: "at_end", Help: "What happens at the end: ends or renews. Empty: it ends, where an end is given."},
		},
	})
}
