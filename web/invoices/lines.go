package invoices

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/state"
)

// Lines is the list of the lines of all invoices, and with .csv its file; narrowed
// to one invoice, that file is what an accounting system takes.
func (h Handlers) Lines(c echo.Context) error {
	ctx := c.Request().Context()
	db := h.Invoices.DB.Read(ctx)
	q, err := httpx.AskList(c, db, invoice.AllLines)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.Invoices.DB, invoice.AllLines, q)
	}
	found, err := httpx.FindList(c, db, invoice.AllLines, q)
	if err != nil {
		return err
	}
	m := layout.List{Page: session.Page(c, "Invoice lines", nav), Filters: q.FilterBar(invoice.AllLines.Search.Label),
		Table: LinesTable(q, found.Rows), Pager: q.Pager(found.Next, found.Prev, found.Said())}
	m.Page.Crumbs = crumbs
	m.Page.Lead = "What every invoice bills, line by line, with the ledger rows it stands for in the file."
	return httpx.Render(c, http.StatusOK, m.Show())
}

// LinesTable is a page of the list of lines.
func LinesTable(q httpx.ListQuery, rows []invoice.LineRow) ui.Table {
	t := httpx.ListTable(invoice.AllLines, q, rows, linesCells, func(r invoice.LineRow, row *ui.Row) {
		row.Muted = r.State == invoice.Void
	})
	t.Caption, t.Compact, t.Empty = "Invoice lines", true, empty(q, "line")
	return t
}

// linesCells are the columns that say more than their value.
var linesCells = httpx.Cells[invoice.LineRow]{
	"drafted_at": func(r invoice.LineRow) ui.Cell {
		return ui.Cell{Text: invoice.Invoice{NumberText: r.NumberText}.Called(), Href: recordPath(r.InvoiceID),
			Badges: []ui.Badge{state.Invoice(r.State)}}
	},
	"crm_account": func(r invoice.LineRow) ui.Cell { return ui.Cell{Text: r.CRMAccount, Sub: r.Contract} },
	"product":     lineProduct,
	"from":        func(r invoice.LineRow) ui.Cell { return span(r.FromDate, r.ToDate) },
	"unit_price":  linePrice,
	"amount":      func(r invoice.LineRow) ui.Cell { return ui.Of(sum(r.Amount, r.Currency)) },
}

// span is a period in a narrow column: neither day is torn apart.
func span(from, to clock.Date) ui.Cell { return ui.Cell{Text: from.String(), Sub: "to " + to.String()} }

// lineCells are product, period, days, seats, price and amount of a line.
func lineCells(r invoice.LineRow) []ui.Cell {
	return []ui.Cell{lineProduct(r), span(r.FromDate, r.ToDate), ui.TextCell(strconv.Itoa(r.Days)),
		ui.TextCell(money.Plain(r.Quantity)), linePrice(r), ui.Of(sum(r.Amount, r.Currency))}
}

func lineProduct(r invoice.LineRow) ui.Cell {
	product := ui.Cell{Text: r.ProductName, Sub: r.PartNumber}
	if r.SubscriptionID != uuid.Nil {
		product.Href = at.Subscription(r.SubscriptionID)
	}
	if word := lineKinds[r.Kind]; word != "" {
		product.Badges = []ui.Badge{{Text: word, Tone: ui.Info}}
	}
	return product
}

func linePrice(r invoice.LineRow) ui.Cell {
	return ui.Of(ui.Money{Amount: money.Grouped(r.UnitPrice, r.Currency), Currency: r.Currency,
		Period: periods[r.PricePeriod]})
}
