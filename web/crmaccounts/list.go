package crmaccounts

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/crm"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/bulk"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// List is the list of CRM accounts, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	db := h.Accounts.DB.Read(c.Request().Context())
	q, err := httpx.AskList(c, db, crm.All)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.Accounts.DB, crm.All, q)
	}
	found, err := httpx.FindList(c, db, crm.All, q)
	if err != nil {
		return err
	}
	m := layout.List{
		Page: session.Page(c, "CRM accounts", nav), Filters: q.FilterBar(crm.All.Search.Label),
		Pager: q.Pager(found.Next, found.Prev, found.Said()),
	}
	kept, err := h.kept(c)
	if err != nil {
		return err
	}
	m.Table = h.Table(q, found.Rows, mayWrite(c))
	if mayContract(c) && len(found.Rows) > 0 {
		m.Bulk = bar(q, found, kept)
		m.Table.Select = &ui.Selection{FormID: bulkForm}
		for i, r := range found.Rows {
			m.Table.Rows[i].Checked = kept[r.ID]
		}
	}
	m.Page.Lead = "The customers as your CRM knows them. Provider accounts are mapped to these."
	if mayWrite(c) {
		m.Page.Actions = []templ.Component{
			ui.LinkButton{Text: "Import CRM accounts", Href: path + "/import", Icon: "upload"},
			ui.LinkButton{Text: "New CRM account", Href: path + "/new", Icon: "plus", Weight: ui.Primary},
		}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

// Table is a page of the list; mayWrite offers to import where there is nothing.
func (h Handlers) Table(q httpx.ListQuery, rows []crm.Row, mayWrite bool) ui.Table {
	t := httpx.ListTable(crm.All, q, rows, httpx.Cells[crm.Row]{
		"name": func(r crm.Row) ui.Cell {
			name := ui.LinkCell(r.Name, recordPath(r.ID))
			if r.Parent != "" {
				name.Sub = "part of " + r.Parent
			}
			return name
		},
		"external_id": func(r crm.Row) ui.Cell { return ui.Cell{Text: r.ExternalID, Mono: true} },
		"tenant_id":   func(r crm.Row) ui.Cell { return ui.Cell{Text: r.TenantID, Mono: true} },
		"updated_at":  func(r crm.Row) ui.Cell { return ui.Of(h.moment(r.UpdatedAt)) },
	}, func(r crm.Row, row *ui.Row) { row.ID, row.Label = r.ID.String(), r.Name })
	t.Empty = empty(q, mayWrite)
	return t
}

const bulkForm = "make-contracts"

// kept are the ticks of whoever may make contracts.
func (h Handlers) kept(c echo.Context) (map[uuid.UUID]bool, error) {
	if !mayContract(c) {
		return nil, nil
	}
	return bulk.Kept(c, h.Bulk, crm.All.Name)
}

// bar is what can be done to the ticked customers, to those ticked on other pages, and to all that match.
func bar(q httpx.ListQuery, found httpx.Found[crm.Row], kept map[uuid.UUID]bool) *ui.BulkBar {
	ids := make([]uuid.UUID, len(found.Rows))
	for i, r := range found.Rows {
		ids[i] = r.ID
	}
	b := bulk.Bar(q, crm.All.Name, bulk.Page{Shown: ids, Kept: kept, Total: found.Total})
	b.FormID, b.Action, b.Hint = bulkForm, bulk.MakeContracts, "Tick customers to act on them."
	b.Buttons = []ui.Button{{Text: "Make contracts"}}
	return b
}

func empty(q httpx.ListQuery, mayWrite bool) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No CRM account matches",
			Text:   "Change the search or the filter.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	e := &ui.EmptyState{Kind: ui.NothingYet, Title: "No CRM accounts yet",
		Text: "Import them from your CRM as a CSV, or enter them one by one. " +
			"Then provider accounts can be mapped to them."}
	if mayWrite {
		e.Action = &ui.LinkButton{Text: "Import CRM accounts", Href: path + "/import", Weight: ui.Primary}
	}
	return e
}
