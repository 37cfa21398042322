package invoices

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/invoice"
	"seatledger/internal/listing"
	"seatledger/internal/money"
	"seatledger/internal/opening"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/bulk"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/state"

	view "seatledger/views/invoices"
)

// List is the list of invoices, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	ctx := c.Request().Context()
	db, all := h.Invoices.DB.Read(ctx), invoice.All(h.Invoices.Zone)
	beside := []listing.Extra{opening.Waits}
	if mayBill(c) && h.Bulk != nil {
		beside = append(beside, bulk.Ticks(c, h.Bulk, all.Name))
	}
	q, err := httpx.AskListWith(c, db, all, beside)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.Invoices.DB, all, q)
	}
	found, err := httpx.FindList(c, db, all, q)
	if err != nil {
		return err
	}
	m := view.List{Page: session.Page(c, "Invoices", nav), Filters: q.FilterBar(all.Search.Label),
		Table: Table(all, q, found.Rows),
		Pager: q.Pager(found.Next, found.Prev, found.Said())}
	if m.Page.Meta, err = h.sums(c, q, found.Total); err != nil {
		return err
	}
	m.Page.Lead = "Drafts, what was billed, and what was paid. What is due stands under Billing."
	m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Accounting", Href: at.Books})
	if len(beside) > 1 && len(found.Rows) > 0 {
		ticks(q, found, &m)
	}
	if mayBill(c) {
		m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Payments from a file", Href: path + "/payments"})
	}
	if len(q.Spec.Extras[0]) > 0 {
		m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Billed before", Href: openingPath})
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

// Table is a page of the list, which is described in a zone.
func Table(l *listing.List[invoice.ListRow], q httpx.ListQuery, rows []invoice.ListRow) ui.Table {
	t := httpx.ListTable(l, q, rows, cells, func(r invoice.ListRow, row *ui.Row) {
		row.Muted, row.ID, row.Label = r.State == invoice.Void, r.ID.String(), "Select "+r.Called()
	})
	t.Empty = empty(q, "invoice")
	return t
}

const bulkForm = "invoices-many"

// ticks puts the checkboxes and the bar over the list, with what can be done to many.
func ticks(q httpx.ListQuery, found httpx.Found[invoice.ListRow], m *view.List) {
	page := bulk.Page{Total: found.Total, Kept: bulk.TicksFrom(q.Spec.Extras[1])}
	for i, r := range found.Rows {
		page.Shown = append(page.Shown, r.ID)
		m.Table.Rows[i].Checked = page.Kept[r.ID]
	}
	m.Table.Select = &ui.Selection{FormID: bulkForm}
	m.Bulk = bulk.Bar(q, "invoices", page)
	m.Bulk.FormID, m.Bulk.Action, m.Bulk.Hint = bulkForm, path+"/paid", "Tick invoices to act on them."
	m.Bulk.Buttons = []ui.Button{{Text: "Mark as paid"},
		{Text: "Bill", Action: at.Bulk, Name: "deed", Value: invoice.BillDeed},
		{Text: "Credit", Action: at.Bulk, Name: "deed", Value: invoice.CreditDeed},
		{Text: "Void", Action: at.Bulk, Name: "deed", Value: invoice.VoidDeed},
		{Text: "Export", Action: path + "/export"}}
	m.PaidOn = ui.Field{Kind: ui.DateInput, Name: "paid_on", Label: "Paid on", Size: ui.Short, FormID: bulkForm}
}

// cells are the columns that say more than their value.
var cells = httpx.Cells[invoice.ListRow]{
	"number": func(r invoice.ListRow) ui.Cell { return ui.LinkCell(r.Called(), recordPath(r.ID)) },
	"state":  func(r invoice.ListRow) ui.Cell { return ui.Cell{Badges: []ui.Badge{state.Invoice(r.State)}} },
	"crm_account": func(r invoice.ListRow) ui.Cell {
		return ui.Cell{Text: r.CRMAccount, Href: at.CRMAccount(r.CRMAccountID), Sub: r.Contract}
	},
	"kind":         func(r invoice.ListRow) ui.Cell { return ui.TextCell(kinds[r.Kind]) },
	"period_start": func(r invoice.ListRow) ui.Cell { return span(r.PeriodStart, r.PeriodEnd) },
	"due_on":       due,
	"total":        total,
	"open": func(r invoice.ListRow) ui.Cell {
		if !r.Open.Valid {
			return ui.Cell{}
		}
		return ui.Of(sum(r.Open.Decimal, r.Currency))
	},
}

// due is the day by which a billed invoice is to be paid.
func due(r invoice.ListRow) ui.Cell {
	if r.State != invoice.Billed {
		return ui.Cell{}
	}
	return ui.TextCell(r.DueOn.String())
}

// total is net, with what the customer pays under it where that is more.
func total(r invoice.ListRow) ui.Cell {
	c := ui.Of(sum(r.Total, r.Currency))
	if r.Tax.Valid && !r.Tax.Decimal.IsZero() {
		c.Sub = "with tax " + money.Grouped(r.Gross.Decimal, r.Currency)
	}
	return c
}

func empty(q httpx.ListQuery, what string) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No " + what + " matches",
			Text:   "Change the search or the filters.",
			Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "No " + what + "s yet",
		Text:   "Open a billing contract and choose New invoice: you see what it would bill before anything is made.",
		Action: &ui.LinkButton{Text: "Open the contracts", Href: at.Contracts}}
}

// mostSummed is how many invoices are added up for a page.
const mostSummed = 1000

// sums are what the invoices of the list come to in each currency, where they are not too many.
func (h Handlers) sums(c echo.Context, q httpx.ListQuery, total int) ([]layout.Meta, error) {
	if total == 0 || total > mostSummed {
		return nil, nil
	}
	ctx := c.Request().Context()
	all, err := invoice.SumsOf(ctx, h.Invoices.DB.Read(ctx), h.Invoices.Zone, q.Query)
	var out []layout.Meta
	for _, s := range all {
		out = append(out, layout.Meta{Label: "All in " + s.Currency, Text: money.Grouped(s.Net, s.Currency) + " net, " +
			money.Grouped(s.Open, s.Currency) + " open"})
	}
	return out, err
}
