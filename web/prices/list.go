package prices

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/contract/price"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// List is the list of price lists, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	db := h.Prices.DB.Read(c.Request().Context())
	q, err := httpx.AskList(c, db, price.Lists)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.Prices.DB, price.Lists, q)
	}
	found, err := httpx.FindList(c, db, price.Lists, q)
	if err != nil {
		return err
	}
	m := layout.List{
		Page: session.Page(c, "Price lists", nav), Filters: q.FilterBar(price.Lists.Search.Label),
		Table: listsTable(q, found.Rows, mayWrite(c)), Pager: q.Pager(found.Next, found.Prev, found.Said()),
	}
	m.Page.Lead = "What customers pay per unit of a product. A contract prices by one list."
	if mayWrite(c) {
		m.Page.Actions = []templ.Component{ui.LinkButton{Text: "New price list", Href: path + "/new", Icon: "plus",
			Weight: ui.Primary}}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func listsTable(q httpx.ListQuery, rows []price.ListRow, mayWrite bool) ui.Table {
	t := httpx.ListTable(price.Lists, q, rows, httpx.Cells[price.ListRow]{
		"name":     func(r price.ListRow) ui.Cell { return ui.LinkCell(r.Name, listPath(r.ID)) },
		"active":   func(r price.ListRow) ui.Cell { return ui.Cell{Badges: badges(r.List)} },
		"currency": func(r price.ListRow) ui.Cell { return ui.TextCell(r.Currency) },
		"contracts": func(r price.ListRow) ui.Cell {
			return ui.LinkCell(strconv.Itoa(r.Contracts), at.Contracts+"?active=yes&price_list="+r.ID.String())
		},
	}, func(r price.ListRow, row *ui.Row) { row.ID, row.Label, row.Muted = r.ID.String(), r.Name, !r.Active })
	t.Empty = emptyLists(q, mayWrite)
	return t
}

func badges(l price.List) []ui.Badge {
	if l.Active {
		return []ui.Badge{{Text: "active", Tone: ui.Good}}
	}
	return []ui.Badge{{Text: "inactive"}}
}

func emptyLists(q httpx.ListQuery, mayWrite bool) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No price list matches",
			Text:   "Change the search or the filter.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	e := &ui.EmptyState{Kind: ui.NothingYet, Title: "No price lists yet",
		Text: "Make one per currency, then import its prices as a CSV. Contracts price their subscriptions by it."}
	if mayWrite {
		e.Action = &ui.LinkButton{Text: "New price list", Href: path + "/new", Weight: ui.Primary}
	}
	return e
}
