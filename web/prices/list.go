package prices

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/contract/price"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

var listsSpec = httpx.ListSpec{
	Sorts: price.ListSorts(),
	Filters: []httpx.Filter{
		{Name: "active", Label: "State",
			Choices: []httpx.Choice{{Value: "yes", Label: "Active"}, {Value: "no", Label: "Inactive"}}},
	},
}

// List is the list of price lists, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	q, err := httpx.ParseList(c, listsSpec)
	if err != nil {
		return err
	}
	f := price.ListFilter{Search: q.Search, Active: q.Filter("active")}
	if httpx.IsCSV(c) {
		return h.listsFile(c, f, q)
	}
	ctx := c.Request().Context()
	rows, next, err := price.Lists(ctx, h.Prices.DB.Read(ctx), f, q.Page)
	if err != nil {
		return err
	}
	m := layout.List{
		Page: session.Page(c, "Price lists", nav), Filters: q.FilterBar("Search price lists"),
		Table: listsTable(q, rows, mayWrite(c)),
		Pager: q.Pager(next, "", fmt.Sprintf("%d price lists on this page", len(rows))),
	}
	m.Page.Lead = "What customers pay per unit of a product. A contract prices by one list."
	if mayWrite(c) {
		m.Page.Actions = []templ.Component{ui.LinkButton{Text: "New price list", Href: path + "/new", Icon: "plus",
			Weight: ui.Primary}}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func listsTable(q httpx.ListQuery, rows []price.ListRow, mayWrite bool) ui.Table {
	t := ui.Table{
		Caption: "Price lists",
		Columns: []ui.Column{q.Column("name", "Name"), q.Column("active", "State"), q.Column("currency", "Currency"),
			q.NumberColumn("items", "Prices"), q.NumberColumn("contracts", "Active contracts")},
		Empty: emptyLists(q, mayWrite),
	}
	for _, r := range rows {
		contracts := ui.LinkCell(strconv.Itoa(r.Contracts), "/contracts?active=yes&price_list="+r.ID.String())
		t.Rows = append(t.Rows, ui.Row{Muted: !r.Active, Cells: []ui.Cell{
			ui.LinkCell(r.Name, listPath(r.ID)), {Badges: badges(r.List)}, ui.TextCell(r.Currency),
			ui.TextCell(strconv.Itoa(r.Items)), contracts,
		}})
	}
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

func (h Handlers) listsFile(c echo.Context, f price.ListFilter, q httpx.ListQuery) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "price-lists.csv", []string{"id", "name", "currency", "active", "items", "contracts"},
		func(write httpx.Row) error {
			rows, err := price.AllLists(ctx, h.Prices.DB.Read(ctx), f, q.Page.Order)
			if err != nil {
				return err
			}
			for _, r := range rows {
				err := write(httpx.Plain(r.ID.String()), httpx.Text(r.Name), httpx.Plain(r.Currency),
					httpx.Plain(strconv.FormatBool(r.Active)),
					httpx.Plain(strconv.Itoa(r.Items)), httpx.Plain(strconv.Itoa(r.Contracts)))
				if err != nil {
					return err
				}
			}
			return nil
		})
}
