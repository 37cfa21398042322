package mapping

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/mapping"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/bulk"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// History is who decided what, when and why, and with .csv its file.
func (h Handlers) History(c echo.Context) error {
	db := h.DB.Read(c.Request().Context())
	q, err := httpx.AskList(c, db, mapping.Journal)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.DB, mapping.Journal, q)
	}
	found, err := httpx.FindList(c, db, mapping.Journal, q)
	if err != nil {
		return err
	}
	m := layout.List{Page: session.Page(c, "Mapping history", nav), Filters: q.FilterBar(mapping.Journal.Search.Label),
		Table: h.historyTable(q, found.Rows), Pager: q.Pager(found.Next, found.Prev, found.Said())}
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}}
	m.Page.Lead = "Who decided what, when and why. What Seatledger mapped by itself stands here too, with what it " +
		"rested on."
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) historyTable(q httpx.ListQuery, rows []mapping.Entry) ui.Table {
	t := httpx.ListTable(mapping.Journal, q, rows, httpx.Cells[mapping.Entry]{
		"account": func(e mapping.Entry) ui.Cell {
			return ui.Cell{Text: e.Account, Href: accountPath(e.AccountID), Sub: e.Provider}
		},
		"action": entryCell, "crm_account": customerCell, "why": whyCell,
		"at": func(e mapping.Entry) ui.Cell { return ui.Of(httpx.Moment(e.At, h.Zone)) },
	}, func(e mapping.Entry, row *ui.Row) { row.Muted = e.TakenBack || e.Lapsed })
	t.Caption, t.Compact = "Decisions about mappings", true
	t.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing was decided yet",
		Text: "Each mapping, exclusion, no and snooze will stand here."}
	if q.Narrowed() {
		t.Empty = &ui.EmptyState{Kind: ui.NoMatch, Title: "No decision matches",
			Text:   "Change the search or the filter.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	return t
}

func whyCell(e mapping.Entry) ui.Cell {
	why := ui.TextCell(e.Why)
	if e.BatchID.Valid {
		why = ui.LinkCell(e.Why, bulk.Path(e.BatchID.UUID))
	}
	if e.Probability != nil {
		why.Sub = fmt.Sprintf("%d %% confidence then", min(int(*e.Probability*100), 99))
	}
	return why
}

var entryWords = map[string]ui.Badge{
	"map": {Text: "mapped", Tone: ui.Good}, "unmap": {Text: "unmapped", Tone: ui.Warn}, "exclude": {Text: "excluded"},
	"include": {Text: "included"},
	"undo":    {Text: "undone", Tone: ui.Info}, "no": {Text: "said no"}, "snooze": {Text: "snoozed"},
}

func entryCell(e mapping.Entry) ui.Cell {
	cell := ui.Cell{Badges: []ui.Badge{entryWords[e.Action]}}
	switch {
	case e.TakenBack:
		cell.Sub = "taken back since"
	case e.Lapsed:
		cell.Sub = "the data have changed since"
	}
	return cell
}

func customerCell(e mapping.Entry) ui.Cell {
	cell := ui.Cell{}
	if e.CRMAccountID.Valid {
		cell = ui.LinkCell(e.CRMAccount, crmPath(e.CRMAccountID.UUID))
	}
	if e.From != "" {
		cell.Sub = "before: " + e.From
	}
	return cell
}
