package mapping

import (
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/mapping"
	"seatledger/internal/match"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

const listPath = path + "/list"

// List is the queue as a list, and with .csv or .xlsx its file.
func (h Handlers) List(c echo.Context) error {
	db, queue := h.DB.Read(c.Request().Context()), mapping.Queue(h.today())
	q, err := httpx.AskList(c, db, queue)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.DB, queue, q)
	}
	found, err := httpx.FindList(c, db, queue, q)
	if err != nil {
		return err
	}
	w := where{provider: q.Filter("provider"), show: q.Filter("show"), band: q.Filter("band"), search: q.Search}
	m := layout.List{Page: session.Page(c, "Mapping queue as a list", nav), Filters: q.FilterBar(queue.Search.Label),
		Table: h.listTable(c, q, w, found.Rows), Pager: q.Pager(found.Next, found.Prev, found.Said())}
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}}
	m.Page.Lead = "What is certain stands first. Each account opens beside its candidates."
	m.Page.Actions = []templ.Component{ui.LinkButton{Text: "One at a time", Href: w.link(path)},
		ui.LinkButton{Text: "History", Href: path + "/history"}}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) listTable(c echo.Context, q httpx.ListQuery, w where, rows []mapping.Waiting) ui.Table {
	t := httpx.ListTable(mapping.Queue(h.today()), q, rows, httpx.Cells[mapping.Waiting]{
		"name": func(r mapping.Waiting) ui.Cell {
			return ui.Cell{Text: r.Called(), Href: w.link(path, "at", r.ID.String()), Sub: r.Domain}
		},
		"provider":   func(r mapping.Waiting) ui.Cell { return ui.LinkCell(r.Provider, at.Provider(r.ProviderID)) },
		"confidence": bandCell, "crm_account": bestCell,
	}, func(r mapping.Waiting, row *ui.Row) {
		row.ID, row.Label = r.ID.String(), r.Called()
		row.Cells = append(row.Cells, ui.Of(acceptCell(r, w, mayMap(c))))
	})
	t.Columns = append(t.Columns, ui.Column{Label: "Decide", Hidden: !mayMap(c)})
	t.Caption = "Accounts that wait"
	t.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing waits here",
		Text: "No account of this part of the queue waits for a decision."}
	if q.Narrowed() {
		t.Empty = &ui.EmptyState{Kind: ui.NoMatch, Title: "No account matches",
			Text:   "Change the search or the filter.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	return t
}

func bandCell(r mapping.Waiting) ui.Cell {
	if r.Band == mapping.NoBand {
		return ui.BadgeCell("no candidate", ui.Neutral)
	}
	cell := ui.BadgeCell(fmt.Sprintf("%d %% %s", min(int(r.Probability*100), 99), r.Band),
		bandTones[match.Band(r.Band)])
	if r.Tied {
		cell.Badges = append(cell.Badges, ui.Badge{Text: "near tie", Tone: ui.Warn})
	}
	if !r.SnoozedUntil.IsZero() {
		cell.Sub = "put aside until " + r.SnoozedUntil.String() + " by " + r.Snoozer
	}
	return cell
}

func bestCell(r mapping.Waiting) ui.Cell {
	if !r.CRMAccountID.Valid {
		return ui.Cell{}
	}
	cell := ui.LinkCell(r.CRMAccount, crmPath(r.CRMAccountID.UUID))
	cell.Sub = sentence(r.Doubt)
	if r.HolderID.Valid {
		cell.Sub = "Taken by " + r.Holder + "."
	}
	return cell
}

func acceptCell(r mapping.Waiting, w where, mayMap bool) templ.Component {
	if !mayMap || !r.CRMAccountID.Valid || r.HolderID.Valid || r.Tied {
		return ui.LinkButton{Text: "Look", Href: w.link(path, "at", r.ID.String()), Compact: true}
	}
	return ui.PostButton{Button: ui.Button{Text: "Accept", Action: path + "/" + r.ID.String() + "/accept",
		Compact: true},
		Hidden: append(w.pairs(), ui.Pair{Name: "view", Value: "list"},
			ui.Pair{Name: "crm_account_id", Value: r.CRMAccountID.UUID.String()},
			ui.Pair{Name: "why", Value: fmt.Sprintf("%d %% confidence", min(int(r.Probability*100), 99))})}
}
