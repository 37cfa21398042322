package invoices

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/history"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

var linesSpec = httpx.ListSpec{
	Sorts: invoice.LineSorts(),
	Filters: []httpx.Filter{
		{Name: "state", Label: "Invoice", Choices: stateChoices},
		{Name: "kind", Label: "Line", Choices: []httpx.Choice{{Value: "cycle", Label: "Cycle"},
			{Value: "catch_up", Label: "Catch-up"}, {Value: "price", Label: "Price difference"},
			{Value: "once", Label: "Purchase"}, {Value: "typed", Label: "Typed by hand"},
			{Value: "credit", Label: "Credit"}}},
		{Name: "invoice", Label: "One invoice", IsID: true},
		{Name: "contract", Label: "One contract", IsID: true},
		{Name: "crm_account", Label: "One CRM account", IsID: true},
		{Name: "subscription", Label: "One subscription", IsID: true},
	},
}

// Lines is the list of the lines of all invoices, and with .csv its file; narrowed
// to one invoice, that file is what an accounting system takes.
func (h Handlers) Lines(c echo.Context) error {
	q, err := httpx.ParseList(c, linesSpec)
	if err != nil {
		return err
	}
	f := invoice.LineFilter{Search: q.Search, State: invoice.State(q.Filter("state")),
		Kind: history.Kind(q.Filter("kind")), Invoice: q.FilterID("invoice"),
		Contract: q.FilterID("contract"), Customer: q.FilterID("crm_account"), Subscription: q.FilterID("subscription")}
	if httpx.IsCSV(c) {
		return h.linesFile(c, f, q)
	}
	ctx := c.Request().Context()
	rows, next, err := invoice.Lines(ctx, h.Invoices.DB.Read(ctx), f, q.Page)
	if err != nil {
		return err
	}
	m := layout.List{Page: session.Page(c, "Invoice lines", nav),
		Filters: q.FilterBar("Search product, part number or customer"), Table: linesTable(q, rows),
		Pager: q.Pager(next, "", shown(len(rows), next, "line"))}
	m.Page.Crumbs = crumbs
	m.Page.Lead = "What every invoice bills, line by line, with the ledger rows it stands for in the file."
	return httpx.Render(c, http.StatusOK, m.Show())
}

func linesTable(q httpx.ListQuery, rows []invoice.LineRow) ui.Table {
	t := ui.Table{Caption: "Invoice lines", Compact: true, Empty: empty(q, "line"), Columns: []ui.Column{
		{Label: "Subscription"}, q.Column("drafted_at", "Invoice"), {Label: "Customer"},
		{Label: "Period", Nowrap: true}, {Label: "Days", Numeric: true},
		{Label: "Seats", Numeric: true}, {Label: "Unit price", Numeric: true}, {Label: "Amount", Numeric: true}}}
	for _, r := range rows {
		on := ui.Cell{Text: invoice.Invoice{NumberText: r.NumberText}.Called(), Href: recordPath(r.InvoiceID),
			Badges: []ui.Badge{badge(r.State)}}
		row := lineCells(r)
		t.Rows = append(t.Rows, ui.Row{Muted: r.State == invoice.Void,
			Cells: append([]ui.Cell{row[0], on, {Text: r.CRMAccount, Sub: r.Contract}}, row[1:]...)})
	}
	return t
}

// span is a period in a narrow column: neither day is torn apart.
func span(from, to clock.Date) ui.Cell { return ui.Cell{Text: from.String(), Sub: "to " + to.String()} }

// lineCells are product, period, days, seats, price and amount of a line.
func lineCells(r invoice.LineRow) []ui.Cell {
	product := ui.Cell{Text: r.ProductName, Sub: r.PartNumber}
	if r.SubscriptionID != uuid.Nil {
		product.Href = "/subscriptions/" + r.SubscriptionID.String()
	}
	if word := lineKinds[r.Kind]; word != "" {
		product.Badges = []ui.Badge{{Text: word, Tone: ui.Info}}
	}
	return []ui.Cell{product, span(r.FromDate, r.ToDate), ui.TextCell(strconv.Itoa(r.Days)),
		ui.TextCell(money.Plain(r.Quantity)),
		ui.Of(ui.Money{Amount: money.Grouped(r.UnitPrice, r.Currency), Currency: r.Currency,
			Period: periods[r.PricePeriod]}), ui.Of(sum(r.Amount, r.Currency))}
}

// linesHeader is the columns of CONTRACT, then ours; id is line_id under its older name.
var linesHeader = []string{
	"line_id", "invoice_id", "subscription_id", "kind", "change_ids", "from", "to", "days", "seats", "unit_price",
	"price_period", "amount", "currency", "credits_line_id", "again",
	"id", "invoice_number", "invoice_state", "position", "contract", "crm_account", "external_id", "product",
	"part_number", "tax_code", "forfeited_seat_days",
	"typed_line_id", "quantity", // a typed line has no subscription and no seats
}

func (h Handlers) linesFile(c echo.Context, f invoice.LineFilter, q httpx.ListQuery) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "invoice-lines.csv", linesHeader, func(write httpx.Row) error {
		return h.Invoices.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return invoice.EachLine(ctx, tx, f, q.Page.Order,
				func(r invoice.LineRow) error { return write(lineFile(r)...) })
		})
	})
}

func lineFile(r invoice.LineRow) []httpx.Cell {
	text, plain := httpx.Text, httpx.Plain
	credited, again, subscription, typed := "", "", "", ""
	if r.SubscriptionID != uuid.Nil {
		subscription = r.SubscriptionID.String()
	}
	if r.TypedLineID.Valid {
		typed = r.TypedLineID.UUID.String()
	}
	if r.CreditsLineID.Valid {
		credited = r.CreditsLineID.UUID.String()
	}
	if r.Again != nil {
		again = strconv.FormatBool(*r.Again)
	}
	return []httpx.Cell{
		plain(r.ID.String()), plain(r.InvoiceID.String()), plain(subscription), plain(string(r.Kind)),
		plain(r.ChangeIDs), plain(r.FromDate.String()), plain(r.ToDate.String()), plain(strconv.Itoa(r.Days)),
		plain(strconv.Itoa(r.Seats)), plain(money.Plain(r.UnitPrice)), plain(r.PricePeriod),
		plain(money.Plain(r.Amount)), plain(r.Currency), plain(credited), plain(again),
		plain(r.ID.String()), text(r.NumberText), plain(string(r.State)), plain(strconv.Itoa(r.Position)),
		text(r.Contract), text(r.CRMAccount),
		text(r.ExternalID), text(r.ProductName), text(r.PartNumber), text(r.TaxCode), plain(strconv.Itoa(r.Forfeited)),
		plain(typed), plain(money.Plain(r.Quantity)),
	}
}
