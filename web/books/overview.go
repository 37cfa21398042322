package books

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/books"
	"seatledger/internal/books/bookfile"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/books"
)

// Overview shows what waits, the systems, and the last exports.
func (h Handlers) Overview(c echo.Context) error {
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	waiting, err := books.AllWaiting(ctx, db)
	if err != nil {
		return err
	}
	const few = 5
	last, err := books.Last(ctx, db, few)
	if err != nil {
		return err
	}
	m := view.Overview{Page: session.Page(c, "Accounting", nav), Waiting: waitingTable(waiting),
		Systems: systemsTable(), Exports: lastTable(last, h)}
	m.Page.Lead = "Billed documents go into the accounting system as files. Each goes once and shows when."
	m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "All exports", Href: exportsPath})
	return httpx.Render(c, http.StatusOK, m.Show())
}

func waitingTable(all []books.Waiting) ui.Table {
	t := ui.Table{Caption: "What waits to be exported", Plain: true, Columns: []ui.Column{{Label: "Currency"},
		{Label: "Documents", Numeric: true}, {Label: "Credit notes among them", Numeric: true}, {Label: "Issued",
			Nowrap: true},
		{Label: "Total", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing waits",
			Text: "Invoices and credit notes stand here from the moment they are billed until they are exported."}}
	for _, w := range all {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(w.Currency), ui.TextCell(words.Count(w.Documents)),
			ui.TextCell(words.Count(w.Credits)), ui.TextCell(span(w.First, w.Last)), ui.Of(sum(w.Gross, w.Currency))}})
	}
	return t
}

func span(from, to string) string {
	if from == to {
		return from
	}
	return from + " to " + to
}

func systemsTable() ui.Table {
	t := ui.Table{Caption: "Accounting systems", Plain: true, Columns: []ui.Column{{Label: "System"},
		{Label: "What it takes"},
		{Label: "Export", Hidden: true}}}
	for _, f := range bookfile.All() {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.LinkCell(f.Label, systemPath(f.System)), ui.TextCell(f.Text),
			ui.LinkCell("Preview an export to "+f.Label, previewPath(f.System))}})
	}
	return t
}

func lastTable(all []books.Row, h Handlers) ui.Table {
	t := ui.Table{Caption: "Last exports", Plain: true, Columns: []ui.Column{{Label: "Export"}, {Label: "Made"},
		{Label: "By"},
		{Label: "Files", Numeric: true}, {Label: "Documents", Numeric: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing was exported yet",
			Text: "Open a system, enter its settings and codes, and preview an export."}}
	for _, e := range all {
		t.Rows = append(t.Rows, ui.Row{Muted: e.Standing == 0, Cells: []ui.Cell{exportCell(e),
			ui.Of(httpx.Moment(e.MadeAt, h.Zone)), ui.TextCell(e.MadeBy), ui.TextCell(strconv.Itoa(e.Files)),
			documentsCell(e)}})
	}
	return t
}

func exportCell(e books.Row) ui.Cell { return ui.LinkCell(e.Called(), recordPath(e.ID)) }

func documentsCell(e books.Row) ui.Cell {
	cell := ui.TextCell(words.Count(e.Documents))
	if back := e.Documents - e.Standing; back > 0 {
		cell.Sub = words.Count(back) + " taken back"
	}
	return cell
}

// List is the list of exports, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	db := h.DB.Read(c.Request().Context())
	q, err := httpx.AskList(c, db, books.All)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.DB, books.All, q)
	}
	found, err := httpx.FindList(c, db, books.All, q)
	if err != nil {
		return err
	}
	t := httpx.ListTable(books.All, q, found.Rows, httpx.Cells[books.Row]{
		"number":    exportCell,
		"system":    func(e books.Row) ui.Cell { return ui.TextCell(e.Label()) },
		"made_at":   func(e books.Row) ui.Cell { return ui.Of(httpx.Moment(e.MadeAt, h.Zone)) },
		"documents": documentsCell,
	}, func(e books.Row, row *ui.Row) { row.Muted = e.Standing == 0 })
	t.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing was exported yet",
		Text:   "An export stands here with its files and its documents.",
		Action: &ui.LinkButton{Text: "Open accounting", Href: path}}
	if q.Narrowed() {
		t.Empty = &ui.EmptyState{Kind: ui.NoMatch, Title: "No export matches", Text: "Change the search or the " +
			"filters.",
			Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	m := layout.List{Page: session.Page(c, "Exports", nav), Filters: q.FilterBar(books.All.Search.Label), Table: t,
		Pager: q.Pager(found.Next, found.Prev, found.Said())}
	m.Page.Crumbs, m.Page.Lead = crumbs, "What went into accounting systems, with its files."
	return httpx.Render(c, http.StatusOK, m.Show())
}
