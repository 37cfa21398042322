package crmaccounts

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/crm"
	"seatledger/views/layout"
	"seatledger/views/ui"
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
		Table: h.table(q, found.Rows, mayWrite(c)), Pager: q.Pager(found.Next, found.Prev, found.Said()),
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

func (h Handlers) table(q httpx.ListQuery, rows []crm.Row, mayWrite bool) ui.Table {
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
