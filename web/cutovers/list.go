package cutovers

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/cutover"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// List is the list of cut-overs, and with .csv or .xlsx its file.
func (h Handlers) List(c echo.Context) error {
	db := h.Cutovers.DB.Read(c.Request().Context())
	q, err := httpx.AskList(c, db, cutover.All)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.Cutovers.DB, cutover.All, q)
	}
	found, err := httpx.FindList(c, db, cutover.All, q)
	if err != nil {
		return err
	}
	m := layout.List{Page: session.Page(c, nav, nav), Filters: q.FilterBar(cutover.All.Search.Label),
		Table: h.listTable(c, q, found.Rows), Pager: q.Pager(found.Next, found.Prev, found.Said())}
	m.Page.Lead = "Move customers from a legacy or manual provider to a new one: no seat lost, none billed twice."
	if mayAct(c) {
		m.Page.Actions = []templ.Component{ui.LinkButton{Text: "New cut-over", Href: listPath + "/new", Icon: "plus",
			Weight: ui.Primary}}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) listTable(c echo.Context, q httpx.ListQuery, rows []cutover.Row) ui.Table {
	t := httpx.ListTable(cutover.All, q, rows, httpx.Cells[cutover.Row]{
		"name":         func(r cutover.Row) ui.Cell { return ui.LinkCell(r.Name, path(r.ID)) },
		"state":        func(r cutover.Row) ui.Cell { return ui.Cell{Badges: []ui.Badge{runStates[r.State]}} },
		"old_provider": func(r cutover.Row) ui.Cell { return ui.LinkCell(r.OldProvider, at.Provider(r.OldProviderID)) },
		"new_provider": func(r cutover.Row) ui.Cell { return ui.LinkCell(r.NewProvider, at.Provider(r.NewProviderID)) },
		"created_at": func(r cutover.Row) ui.Cell {
			return ui.Cell{Text: httpx.MomentText(r.CreatedAt, h.Cutovers.Zone), Sub: "by " + r.CreatedBy}
		},
		"ended_at": func(r cutover.Row) ui.Cell { return ui.TextCell(h.moment(r.EndedAt)) },
	}, func(r cutover.Row, row *ui.Row) {
		row.ID, row.Label, row.Muted = r.ID.String(), r.Name, r.State == cutover.RunAbandoned
	})
	t.Empty = listEmpty(c, q)
	return t
}

func listEmpty(c echo.Context, q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No cut-over matches", Text: "Change the search or the filters.",
			Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	e := &ui.EmptyState{Kind: ui.NothingYet, Title: "No cut-overs yet",
		Text: "Make the new provider first and verify it; the old one stays as it is. Then begin the cut-over here."}
	if mayAct(c) {
		e.Action = &ui.LinkButton{Text: "New cut-over", Href: listPath + "/new"}
	}
	return e
}
