package prices

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/contract/price"
	"seatledger/internal/money"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/prices"
)

var itemsSpec = httpx.ListSpec{
	Sorts: price.ItemSorts(),
	Filters: []httpx.Filter{
		{Name: "term", Label: "Term", Choices: termChoices()},
		{Name: "in_force", Label: "In force",
			Choices: []httpx.Choice{{Value: "yes", Label: "Today"}, {Value: "no", Label: "Not today"}}},
	},
}

func termChoices() []httpx.Choice {
	var out []httpx.Choice
	for _, t := range price.Terms() {
		out = append(out, httpx.Choice{Value: t, Label: terms[t]})
	}
	return out
}

// Record is one price list with its prices, and with .csv their file.
func (h Handlers) Record(c echo.Context) error {
	l, err := h.list(c)
	if err != nil {
		return err
	}
	q, err := httpx.ParseList(c, itemsSpec)
	if err != nil {
		return err
	}
	f := price.ItemFilter{ListID: l.ID, Search: q.Search, Term: q.Filter("term"), InForce: q.Filter("in_force"),
		On: h.today()}
	if httpx.IsCSV(c) {
		return h.itemsFile(c, f, q)
	}
	ctx := c.Request().Context()
	db := h.Prices.DB.Read(ctx)
	rows, next, err := price.Items(ctx, db, f, q.Page)
	if err != nil {
		return err
	}
	total, err := price.CountItems(ctx, db, f)
	if err != nil {
		return err
	}
	m := view.Record{
		Page: session.Page(c, l.Name, nav), Filters: q.FilterBar("Search part number, product or vendor"),
		Table: h.itemsTable(q, rows, itemsTable{list: l, mayWrite: mayWrite(c)}),
		Pager: q.Pager(next, "", shown(len(rows), total)),
	}
	m.Page.Kicker, m.Page.Badges, m.Page.Crumbs = "Price list", badges(l), crumbs()
	m.Page.Lead = "From its first day the newest price counts. A change here changes no subscription: " +
		"new prices are used where one lands or renews."
	m.Page.Meta = []layout.Meta{{Label: "Currency", Text: l.Currency},
		{Label: "Billing contracts", Text: "those that price by it", Href: "/contracts?price_list=" + l.ID.String()}}
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
	return []templ.Component{
		ui.LinkButton{Text: "Import prices", Href: listPath(l.ID) + "/import", Icon: "upload"},
		ui.LinkButton{Text: "Add price", Href: listPath(l.ID) + "/items/new", Icon: "plus"}, menu,
	}
}

func shown(n, total int) string {
	if total == 1 {
		return "1 price"
	}
	if n == total {
		return fmt.Sprintf("%d prices", total)
	}
	return fmt.Sprintf("%d of %d prices", n, total)
}

// itemsTable is what the table of prices depends on besides its rows.
type itemsTable struct {
	list     price.List
	mayWrite bool
}

func (h Handlers) itemsTable(q httpx.ListQuery, rows []price.ItemRow, o itemsTable) ui.Table {
	t := ui.Table{
		Caption: "Prices", Empty: emptyItems(q, o),
		Columns: []ui.Column{
			q.Column("product_name", "Product"), q.Column("part_number", "Part number"), q.Column("term", "Term"),
			q.Column("billing_frequency", "Billed"),
			q.NumberColumn("unit_price", "Price"), q.Column("effective_from", "From"),
			q.Column("effective_to", "Until before"), q.NumberColumn("used", "Used by"),
		},
	}
	for _, r := range rows {
		t.Rows = append(t.Rows, h.itemRow(r, o))
	}
	return t
}

func (h Handlers) itemRow(r price.ItemRow, o itemsTable) ui.Row {
	product := ui.Cell{Text: productName(r.Item), Sub: r.Vendor}
	if o.mayWrite {
		product.Href = itemPath(r.Item)
	}
	from := ui.TextCell(r.EffectiveFrom.String())
	today := h.today()
	over := r.Newer || !r.EffectiveTo.IsZero() && !today.Before(r.EffectiveTo)
	switch {
	case r.EffectiveFrom.After(today):
		from.Badges = []ui.Badge{{Text: "to come", Tone: ui.Info}}
	case over:
		from.Badges = []ui.Badge{{Text: "past"}}
	}
	return ui.Row{ID: r.ID.String(), Label: product.Text, Muted: over, Cells: []ui.Cell{
		product, {Text: r.PartNumber, Mono: true}, ui.TextCell(terms[string(r.Term)]),
		ui.TextCell(terms[string(r.BillingFrequency)]),
		{Content: httpx.Amount(decimal.NewNullDecimal(r.UnitPrice), o.list.Currency, r.Unit),
			Sub: beside(r.Item, o.list.Currency)},
		from, ui.TextCell(r.EffectiveTo.String()), ui.TextCell(strconv.Itoa(r.Used)),
	}}
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

func known(d decimal.NullDecimal) string {
	if !d.Valid {
		return ""
	}
	return money.Plain(d.Decimal)
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
		Text: "Import them as a CSV, or add them one by one. Without a price a subscription fails its review."}
	if o.mayWrite {
		e.Action = &ui.LinkButton{Text: "Import prices", Href: listPath(o.list.ID) + "/import", Weight: ui.Primary}
	}
	return e
}

var itemsHeader = []string{"part_number", "product_name", "unit", "term", "billing_frequency", "unit_price",
	"effective_from", "effective_to", "vendor", "id", "unit_cost", "suggested_price"}

func (h Handlers) itemsFile(c echo.Context, f price.ItemFilter, q httpx.ListQuery) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "prices.csv", itemsHeader, func(write httpx.Row) error {
		return h.Prices.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return price.EachItem(ctx, tx, f, q.Page.Order, func(i price.Item) error {
				return write(httpx.Text(i.PartNumber), httpx.Text(i.ProductName), httpx.Plain(string(i.Unit)),
					httpx.Plain(string(i.Term)),
					httpx.Plain(string(i.BillingFrequency)), httpx.Plain(i.UnitPrice.String()),
					httpx.Plain(i.EffectiveFrom.String()),
					httpx.Plain(i.EffectiveTo.String()), httpx.Text(i.Vendor), httpx.Plain(i.ID.String()),
					httpx.Plain(known(i.UnitCost)), httpx.Plain(known(i.SuggestedPrice)))
			})
		})
	})
}
