package prices

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/contract/price"
	"seatledger/internal/money"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/prices"
)

// Record is one price list with its prices, and with .csv their file.
func (h Handlers) Record(c echo.Context) error {
	l, err := h.list(c)
	if err != nil {
		return err
	}
	q, err := h.askItems(c, l)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.Prices.DB, price.Items, q)
	}
	found, err := httpx.FindList(c, h.Prices.DB.Read(c.Request().Context()), price.Items, q)
	if err != nil {
		return err
	}
	m := view.Record{
		Page: session.Page(c, l.Name, nav), Filters: q.FilterBar(price.Items.Search.Label),
		Table: h.itemsTable(q, found.Rows, itemsTable{list: l, mayWrite: mayWrite(c)}),
		Pager: q.Pager(found.Next, found.Prev, found.Said()),
	}
	m.Page.Kicker, m.Page.Badges, m.Page.Crumbs = "Price list", badges(l), crumbs()
	m.Page.Lead = "From its first day the newest price counts. A change here changes no subscription: " +
		"new prices are used where one lands or renews."
	m.Page.Meta = []layout.Meta{{Label: "Currency", Text: l.Currency},
		{Label: "Billing contracts", Text: "those that price by it",
			Href: at.Contracts + "?price_list=" + l.ID.String()}}
	m.Page.Actions = listActions(l, mayWrite(c))
	if !l.Active {
		m.Remarks = []ui.Callout{{Tone: ui.Warn, Title: "This price list is deactivated",
			Text: "No new contract can take it. Contracts that have it keep pricing by it."}}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func listActions(l price.List, mayWrite bool) []templ.Component {
	if !mayWrite {
		return nil
	}
	menu := ui.CommandMenu{Commands: []ui.Command{
		{Label: "Edit name and currency", Href: listPath(l.ID) + "/edit", Icon: "edit"},
		{Label: "Deactivate", Hint: "No new contract can take it", Action: listPath(l.ID) + "/deactivate", Icon: "stop",
			Destructive: true},
	}}
	if !l.Active {
		menu.Commands[1] = ui.Command{Label: "Activate", Action: listPath(l.ID) + "/activate", Icon: "play"}
	}
	whatIf := ui.PostButton{Button: ui.Button{Text: "What if", Action: at.Bulk}, Hidden: []ui.Pair{
		{Name: "deed", Value: "set-price"}, {Name: "all", Value: "1"}, {Name: "filter", Value: ""},
		{Name: "base", Value: "list"}, {Name: "change", Value: "fixed"}, {Name: "value", Value: "0"},
		{Name: "below_cost", Value: "on"}, {Name: "price_list_id", Value: l.ID.String()}}}
	return []templ.Component{
		whatIf,
		ui.LinkButton{Text: "Reckon prices", Href: listPath(l.ID) + "/reckon"},
		ui.LinkButton{Text: "Import prices", Href: listPath(l.ID) + "/import", Icon: "upload"},
		ui.LinkButton{Text: "Add price", Href: listPath(l.ID) + "/items/new", Icon: "plus"}, menu,
	}
}

// itemsTable is what the table of prices depends on besides its rows.
type itemsTable struct {
	list     price.List
	mayWrite bool
}

// askItems reads the address of a price list's prices, as of today.
func (h Handlers) askItems(c echo.Context, l price.List) (httpx.ListQuery, error) {
	q, err := httpx.AskList(c, h.Prices.DB.Read(c.Request().Context()), price.Items, func(s *httpx.ListSpec) {
		s.Filter("in_force").Args = func(string) []any { return []any{h.today()} }
	})
	q.Query = q.Of(l.ID)
	return q, err
}

func (h Handlers) itemsTable(q httpx.ListQuery, rows []price.ItemRow, o itemsTable) ui.Table {
	t := httpx.ListTable(price.Items, q, rows, httpx.Cells[price.ItemRow]{
		"product_name":      o.product,
		"part_number":       func(r price.ItemRow) ui.Cell { return ui.Cell{Text: r.PartNumber, Mono: true} },
		"term":              func(r price.ItemRow) ui.Cell { return ui.TextCell(terms[string(r.Term)]) },
		"billing_frequency": func(r price.ItemRow) ui.Cell { return ui.TextCell(terms[string(r.BillingFrequency)]) },
		"unit_price": func(r price.ItemRow) ui.Cell {
			return ui.Cell{Content: httpx.Amount(decimal.NewNullDecimal(r.UnitPrice), o.list.Currency, r.Unit),
				Sub: beside(r.Item, o.list.Currency)}
		},
		"effective_from": h.from,
	}, func(r price.ItemRow, row *ui.Row) {
		row.ID, row.Label, row.Muted = r.ID.String(), productName(r.Item), r.Past(h.today())
	})
	t.Empty = emptyItems(q, o)
	return t
}

func (o itemsTable) product(r price.ItemRow) ui.Cell {
	cell := ui.Cell{Text: productName(r.Item), Sub: r.Vendor}
	if o.mayWrite {
		cell.Href = itemPath(r.Item)
	}
	return cell
}

// from is the first day of a price, and whether it is to come or past.
func (h Handlers) from(r price.ItemRow) ui.Cell {
	cell := ui.TextCell(r.EffectiveFrom.String())
	switch {
	case r.EffectiveFrom.After(h.today()):
		cell.Badges = []ui.Badge{{Text: "to come", Tone: ui.Info}}
	case r.Past(h.today()):
		cell.Badges = []ui.Badge{{Text: "past"}}
	}
	return cell
}

// beside tells what a file said of an item besides its price.
func beside(i price.Item, currency string) string {
	var out []string
	if i.UnitCost.Valid {
		out = append(out, "cost "+money.Grouped(i.UnitCost.Decimal, currency))
	}
	if i.SuggestedPrice.Valid {
		out = append(out, "suggested "+money.Grouped(i.SuggestedPrice.Decimal, currency))
	}
	return strings.Join(out, ", ")
}

func productName(i price.Item) string {
	if i.ProductName == "" {
		return i.PartNumber
	}
	return i.ProductName
}

func emptyItems(q httpx.ListQuery, o itemsTable) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No price matches", Text: "Change the search or the filter.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	e := &ui.EmptyState{Kind: ui.NothingYet, Title: "No prices yet",
		Text: "Reckon them from what your subscriptions cost, import them as a CSV, or add them one by one. Without a " +
			"price a subscription fails its review."}
	if o.mayWrite {
		e.Action = &ui.LinkButton{Text: "Reckon prices", Href: listPath(o.list.ID) + "/reckon", Weight: ui.Primary}
	}
	return e
}
