package crmsources

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/crmsource"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/state"
)

// List shows the sources, or hands them over as a file.
func (h Handlers) List(c echo.Context) error {
	db := h.DB.Read(c.Request().Context())
	q, err := httpx.AskList(c, db, crmsource.All)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.DB, crmsource.All, q)
	}
	found, err := httpx.FindList(c, db, crmsource.All, q)
	if err != nil {
		return err
	}
	m := layout.List{Page: session.Page(c, "CRM sources", nav), Filters: q.FilterBar(crmsource.All.Search.Label),
		Table: h.table(c, q, found.Rows), Pager: q.Pager(found.Next, found.Prev, found.Said())}
	m.Page.Lead = "A CRM that is read by itself: its accounts become CRM accounts here, and follow it. " +
		"Nothing is ever changed there. For everything else there is the import of a file."
	if mayEdit(c) {
		m.Page.Actions = append(m.Page.Actions, newSource)
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

var newSource = ui.LinkButton{Text: "New CRM source", Href: listPath + "/new", Weight: ui.Primary, Icon: "plus"}

func (h Handlers) table(c echo.Context, q httpx.ListQuery, rows []crmsource.Row) ui.Table {
	t := httpx.ListTable(crmsource.All, q, rows, httpx.Cells[crmsource.Row]{
		"name":   func(r crmsource.Row) ui.Cell { return ui.Cell{Text: r.Name, Href: path(r.ID), Sub: r.URL} },
		"active": func(r crmsource.Row) ui.Cell { return ui.Cell{Badges: []ui.Badge{state.Active(r.Active)}} },
		"connectivity": func(r crmsource.Row) ui.Cell {
			return ui.Cell{Badges: []ui.Badge{state.Connectivity(r.Stands)}}
		},
		"checked_at": func(r crmsource.Row) ui.Cell { return ui.Of(h.moment(r.CheckedAt)) },
		"read_at":    func(r crmsource.Row) ui.Cell { return ui.Of(h.moment(r.ReadAt)) },
		"next_at":    func(r crmsource.Row) ui.Cell { return h.nextCell(r.Source) },
	}, func(r crmsource.Row, row *ui.Row) { row.ID, row.Label, row.Muted = r.ID.String(), r.Name, !r.Active })
	t.Empty = listEmpty(c, q)
	return t
}

func listEmpty(c echo.Context, q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No CRM source matches",
			Text:   "Change the search or the filters.",
			Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	e := &ui.EmptyState{Kind: ui.NothingYet, Title: "No CRM sources yet",
		Text: "Connect Dynamics 365, and its accounts come by themselves every night, with the mail domains of their " +
			"contacts."}
	if mayEdit(c) {
		e.Action = &newSource
	}
	return e
}

func (h Handlers) nextCell(s crmsource.Source) ui.Cell {
	if s.NextAt == nil {
		return ui.TextCell("on demand")
	}
	return ui.Of(h.moment(s.NextAt))
}
