package contracts

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/contract"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

var listSpec = httpx.ListSpec{
	Sorts: contract.Sorts(),
	Filters: []httpx.Filter{
		{Name: "active", Label: "State",
			Choices: []httpx.Choice{{Value: "yes", Label: "Active"}, {Value: "no", Label: "Inactive"}}},
		{Name: "default", Label: "Default",
			Choices: []httpx.Choice{{Value: "yes", Label: "Default contracts"}, {Value: "no", Label: "Others"}}},
		{Name: "crm_account", Label: "One CRM account", IsID: true},
		{Name: "price_list", Label: "One price list", IsID: true},
	},
}

// List is the list of contracts, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	q, err := httpx.ParseList(c, listSpec)
	if err != nil {
		return err
	}
	f := contract.Filter{
		Search: q.Search, Active: q.Filter("active"), Default: q.Filter("default"),
		CRMAccount: q.FilterID("crm_account"), PriceList: q.FilterID("price_list"),
	}
	if httpx.IsCSV(c) {
		return h.file(c, f, q)
	}
	ctx := c.Request().Context()
	db := h.Contracts.DB.Read(ctx)
	rows, next, err := contract.List(ctx, db, f, q.Page)
	if err != nil {
		return err
	}
	total, err := contract.Count(ctx, db, f)
	if err != nil {
		return err
	}
	m := layout.List{
		Page: session.Page(c, "Billing contracts", nav), Filters: q.FilterBar("Search contract or customer"),
		Table: table(q, rows, mayWrite(c)), Pager: q.Pager(next, "", shown(len(rows), total)),
	}
	m.Page.Lead = "The agreements under which customers are billed."
	if mayWrite(c) {
		m.Page.Actions = []templ.Component{ui.LinkButton{Text: "New contract", Href: path + "/new", Icon: "plus",
			Weight: ui.Primary}}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func shown(n, total int) string {
	if n == total {
		return fmt.Sprintf("%d contracts", total)
	}
	return fmt.Sprintf("%d of %d contracts", n, total)
}

func table(q httpx.ListQuery, rows []contract.Row, mayWrite bool) ui.Table {
	t := ui.Table{
		Caption: "Billing contracts",
		Columns: []ui.Column{
			q.Column("name", "Contract"), q.Column("crm_account", "CRM account"), q.Column("active", "State"),
			q.Column("currency", "Currency"),
			q.Column("billing_frequency", "Billed"), q.Column("price_list", "Price list"),
			q.Column("start_date", "Starts"),
			q.Column("bill_from", "Billed from"), q.NumberColumn("subscriptions", "Subscriptions"),
		},
		Empty: empty(q, mayWrite),
	}
	for _, r := range rows {
		list := ui.Cell{}
		if r.PriceListID.Valid {
			list = ui.LinkCell(r.PriceList, "/price-lists/"+r.PriceListID.UUID.String())
		}
		t.Rows = append(t.Rows, ui.Row{ID: r.ID.String(), Label: r.Name, Muted: !r.Active, Cells: []ui.Cell{
			ui.LinkCell(r.Name, recordPath(r.ID)), ui.LinkCell(r.CRMAccount, "/crm-accounts/"+r.CRMAccountID.String()),
			{Badges: badges(r.Contract)},
			ui.TextCell(r.Currency), {Text: frequencies[r.BillingFrequency], Sub: timings[r.Timing]}, list,
			ui.TextCell(r.StartDate.String()), ui.TextCell(r.BillFrom.String()),
			ui.TextCell(strconv.Itoa(r.Subscriptions)),
		}})
	}
	return t
}

func badges(c contract.Contract) []ui.Badge {
	out := []ui.Badge{{Text: "active", Tone: ui.Good}}
	if !c.Active {
		out[0] = ui.Badge{Text: "inactive"}
	}
	if c.IsDefault {
		out = append(out, ui.Badge{Text: "default", Tone: ui.Info,
			Title: "New subscriptions of the customer land here"})
	}
	return out
}

func empty(q httpx.ListQuery, mayWrite bool) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No contract matches", Text: "Change the search or the filter.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	e := &ui.EmptyState{Kind: ui.NothingYet, Title: "No billing contracts yet",
		Text: "A contract says in which currency, how often and by which prices a customer is billed. " +
			"Subscriptions of a mapped customer land in the default one."}
	if mayWrite {
		e.Action = &ui.LinkButton{Text: "New contract", Href: path + "/new", Weight: ui.Primary}
	}
	return e
}

var header = []string{
	"id", "crm_account_id", "crm_account", "name", "currency", "billing_frequency", "timing", "bill_from", "active",
	"billing_day", "price_list_id", "price_list", "start_date", "end_date", "refunds", "payment_terms", "tax_code",
	"is_default",
	"purchase_order", "recipients", "language", "renewal", "bill_together",
}

func (h Handlers) file(c echo.Context, f contract.Filter, q httpx.ListQuery) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "contracts.csv", header, func(write httpx.Row) error {
		return h.Contracts.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return contract.Each(ctx, tx, f, q.Page.Order, func(r contract.Row) error { return write(cells(r)...) })
		})
	})
}

func cells(r contract.Row) []httpx.Cell {
	list := ""
	if r.PriceListID.Valid {
		list = r.PriceListID.UUID.String()
	}
	return []httpx.Cell{
		httpx.Plain(r.ID.String()), httpx.Plain(r.CRMAccountID.String()), httpx.Text(r.CRMAccount), httpx.Text(r.Name),
		httpx.Plain(r.Currency),
		httpx.Plain(string(r.BillingFrequency)), httpx.Plain(string(r.Timing)), httpx.Plain(r.BillFrom.String()),
		httpx.Plain(strconv.FormatBool(r.Active)),
		httpx.Plain(contract.DayText(r.BillingDay)), httpx.Plain(list), httpx.Text(r.PriceList),
		httpx.Plain(r.StartDate.String()), httpx.Plain(r.EndDate.String()),
		httpx.Plain(string(r.Refunds)), httpx.Text(r.PaymentTerms), httpx.Text(r.TaxCode),
		httpx.Plain(strconv.FormatBool(r.IsDefault)),
		httpx.Text(r.PurchaseOrder), httpx.Text(r.Recipients), httpx.Plain(string(r.Language)),
		httpx.Plain(string(r.Renewal)), httpx.Plain(strconv.FormatBool(r.BillTogether)),
	}
}
