package invoices

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/internal/opening"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

var stateChoices = []httpx.Choice{{Value: "draft", Label: "Draft"}, {Value: "billed", Label: "Billed"},
	{Value: "paid", Label: "Paid"}, {Value: "void", Label: "Void"}}

var listSpec = httpx.ListSpec{
	Sorts: invoice.Sorts(),
	Filters: []httpx.Filter{
		{Name: "state", Label: "State", Choices: stateChoices},
		{Name: "kind", Label: "Kind", Choices: []httpx.Choice{{Value: "full_cycle", Label: "Full cycle"},
			{Value: "change_log", Label: "Change log"}, {Value: "credit", Label: "Credit"}}},
		{Name: "contract", Label: "One contract", IsID: true},
		{Name: "crm_account", Label: "One CRM account", IsID: true},
	},
}

// List is the list of invoices, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	q, err := httpx.ParseList(c, listSpec)
	if err != nil {
		return err
	}
	f := invoice.Filter{Search: q.Search, State: invoice.State(q.Filter("state")),
		Kind: invoice.Kind(q.Filter("kind")), Contract: q.FilterID("contract"), Customer: q.FilterID("crm_account")}
	if httpx.IsCSV(c) {
		return h.file(c, f, q)
	}
	ctx := c.Request().Context()
	rows, next, err := invoice.List(ctx, h.Invoices.DB.Read(ctx), f, q.Page)
	if err != nil {
		return err
	}
	m := layout.List{Page: session.Page(c, "Invoices", nav),
		Filters: q.FilterBar("Search number, contract or customer"), Table: table(q, rows),
		Pager: q.Pager(next, "", shown(len(rows), next, "invoice"))}
	m.Page.Lead = "Drafts, what was billed, and what was paid. A run begins in a billing contract."
	before, err := opening.Load(ctx, h.Invoices.DB.Read(ctx))
	if err != nil {
		return err
	}
	if before.Any() {
		m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Billed before", Href: openingPath})
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func shown(n int, next, what string) string {
	text := strconv.Itoa(n) + " " + what
	if n != 1 {
		text += "s"
	}
	if next != "" {
		text += ", and more"
	}
	return text
}

func table(q httpx.ListQuery, rows []invoice.ListRow) ui.Table {
	t := ui.Table{Caption: "Invoices", Columns: []ui.Column{q.Column("drafted_at", "Invoice"), {Label: "State"},
		{Label: "Customer"}, {Label: "Kind"}, {Label: "Period", Nowrap: true}, {Label: "Due", Nowrap: true},
		{Label: "Total", Numeric: true}}, Empty: empty(q, "invoice")}
	for _, r := range rows {
		t.Rows = append(t.Rows, ui.Row{Muted: r.State == invoice.Void, Cells: []ui.Cell{
			ui.LinkCell(r.Called(), recordPath(r.ID)), {Badges: []ui.Badge{badge(r.State)}},
			{Text: r.CRMAccount, Href: "/crm-accounts/" + r.CRMAccountID.String(), Sub: r.Contract},
			ui.TextCell(kinds[r.Kind]),
			span(r.PeriodStart, r.PeriodEnd), due(r), total(r),
		}})
	}
	return t
}

// due is the day by which a billed invoice is to be paid.
func due(r invoice.ListRow) ui.Cell {
	if r.State != invoice.Billed {
		return ui.Cell{}
	}
	return ui.TextCell(r.DueOn.String())
}

// total is net, with what the customer pays under it where that is more.
func total(r invoice.ListRow) ui.Cell {
	c := ui.Of(sum(r.Total, r.Currency))
	if r.Tax.Valid && !r.Tax.Decimal.IsZero() {
		c.Sub = "with tax " + money.Grouped(r.Gross.Decimal, r.Currency)
	}
	return c
}

func empty(q httpx.ListQuery, what string) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No " + what + " matches",
			Text:   "Change the search or the filters.",
			Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "No " + what + "s yet",
		Text:   "Open a billing contract and choose New invoice: you see what it would bill before anything is made.",
		Action: &ui.LinkButton{Text: "Open the contracts", Href: "/contracts"}}
}

var header = []string{
	"id", "number", "contract", "crm_account", "kind", "state", "currency", "total", "period_start", "period_end",
	"issued_at",
	"contract_id", "crm_account_id", "drafted_at", "paid_at", "voided_at", "payment_terms", "tax_code", "credits_id",
	"forfeited_seat_days",
	"due_on", "paid_on", "open", "sent_at", "exported_at", "tax", "total_with_tax",
}

func (h Handlers) file(c echo.Context, f invoice.Filter, q httpx.ListQuery) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "invoices.csv", header, func(write httpx.Row) error {
		return h.Invoices.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return invoice.Each(ctx, tx, f, q.Page.Order,
				func(r invoice.ListRow) error { return write(cells(r, h.Invoices.Zone)...) })
		})
	})
}

func cells(r invoice.ListRow, zone *time.Location) []httpx.Cell {
	text, plain := httpx.Text, httpx.Plain
	credits := ""
	if r.CreditsID.Valid {
		credits = r.CreditsID.UUID.String()
	}
	return []httpx.Cell{
		plain(r.ID.String()), text(r.NumberText), text(r.Contract), text(r.CRMAccount), plain(string(r.Kind)),
		plain(string(r.State)), plain(r.Currency),
		plain(money.Plain(r.Total)), plain(r.PeriodStart.String()), plain(r.PeriodEnd.String()), at(r.IssuedAt),
		plain(r.ContractID.String()), plain(r.CRMAccountID.String()), at(&r.DraftedAt), at(r.PaidAt), at(r.VoidedAt),
		text(r.PaymentTerms), text(r.TaxCode), plain(credits),
		plain(strconv.Itoa(r.Forfeited)),
		// nothing is sent or exported yet
		plain(r.DueOn.String()), day(r.PaidAt, zone), perhaps(r.Open()), plain(""), plain(""), perhaps(r.Tax),
		perhaps(r.Gross),
	}
}

// perhaps is an amount that may not be known yet.
func perhaps(d decimal.NullDecimal) httpx.Cell {
	if !d.Valid {
		return httpx.Plain("")
	}
	return httpx.Plain(money.Plain(d.Decimal))
}

func day(t *time.Time, zone *time.Location) httpx.Cell {
	if t == nil {
		return httpx.Plain("")
	}
	return httpx.Plain(clock.DateOf(*t, zone).String())
}

func at(t *time.Time) httpx.Cell {
	if t == nil {
		return httpx.Plain("")
	}
	return httpx.Plain(t.UTC().Format(time.RFC3339))
}
