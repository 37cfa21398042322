package contracts

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/contract"
	"seatledger/internal/money"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/bulk"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// List is the list of contracts, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	ctx := c.Request().Context()
	db := h.Contracts.DB.Read(ctx)
	q, err := httpx.AskList(c, db, contract.All)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.Contracts.DB, contract.All, q)
	}
	found, err := httpx.FindList(c, db, contract.All, q)
	if err != nil {
		return err
	}
	m := layout.List{
		Page: session.Page(c, "Billing contracts", nav), Filters: q.FilterBar(contract.All.Search.Label),
		Table: Table(q, found.Rows, mayWrite(c)), Pager: q.Pager(found.Next, found.Prev, found.Said()),
	}
	if err := h.ticks(c, &m, q, found); err != nil {
		return err
	}
	m.Page.Lead = "The agreements under which customers are billed."
	if mayWrite(c) {
		m.Page.Actions = []templ.Component{
			ui.LinkButton{Text: "Import", Href: path + "/import", Icon: "upload"},
			ui.LinkButton{Text: "Make for many", Href: bulk.MakeContracts},
			ui.LinkButton{Text: "New contract", Href: path + "/new", Icon: "plus", Weight: ui.Primary}}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

const bulkForm = "change-contracts"

// ticks puts the bar on the list for whoever may change contracts.
func (h Handlers) ticks(c echo.Context, m *layout.List, q httpx.ListQuery, found httpx.Found[contract.Row]) error {
	if !mayWrite(c) || h.Bulk == nil || len(found.Rows) == 0 {
		return nil
	}
	kept, err := bulk.Kept(c, h.Bulk, contract.All.Name)
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(found.Rows))
	for i, r := range found.Rows {
		ids[i], m.Table.Rows[i].Checked = r.ID, kept[r.ID]
	}
	m.Bulk = bulk.Bar(q, contract.All.Name, bulk.Page{Shown: ids, Kept: kept, Total: found.Total})
	m.Bulk.FormID, m.Bulk.Action, m.Bulk.Hint = bulkForm, bulk.ChangeContracts, "Tick contracts to act on them."
	m.Bulk.Buttons = []ui.Button{{Text: "Change terms"}}
	m.Table.Select = &ui.Selection{FormID: bulkForm}
	return nil
}

// Table is a page of the list; mayWrite offers a first contract where there is none.
func Table(q httpx.ListQuery, rows []contract.Row, mayWrite bool) ui.Table {
	t := httpx.ListTable(contract.All, q, rows, cells, func(r contract.Row, row *ui.Row) {
		row.ID, row.Label, row.Muted = r.ID.String(), r.Name, !r.Active
	})
	t.Caption, t.Empty = "Billing contracts", empty(q, mayWrite)
	return t
}

// cells are the columns that say more than their value.
var cells = httpx.Cells[contract.Row]{
	"name": func(r contract.Row) ui.Cell { return ui.LinkCell(r.Name, recordPath(r.ID)) },
	"crm_account": func(r contract.Row) ui.Cell {
		return ui.LinkCell(r.CRMAccount, at.CRMAccount(r.CRMAccountID))
	},
	"active":   func(r contract.Row) ui.Cell { return ui.Cell{Badges: badges(r.Contract)} },
	"currency": func(r contract.Row) ui.Cell { return ui.TextCell(r.Currency) },
	"billing_frequency": func(r contract.Row) ui.Cell {
		return ui.Cell{Text: frequencies[r.BillingFrequency], Sub: timings[r.Timing]}
	},
	"value": func(r contract.Row) ui.Cell { return worth(r.Value, r.Currency) },
	"open":  func(r contract.Row) ui.Cell { return worth(r.Open, r.Currency) },
	"price_list": func(r contract.Row) ui.Cell {
		if !r.PriceListID.Valid {
			return ui.Cell{}
		}
		return ui.LinkCell(r.PriceList, at.PriceList(r.PriceListID.UUID))
	},
}

// worth is money of a contract; nothing where there is none, so that the eye meets what there is.
func worth(amount decimal.Decimal, currency string) ui.Cell {
	if amount.IsZero() {
		return ui.Cell{}
	}
	return ui.Of(ui.Money{Amount: money.Grouped(amount, currency), Currency: currency})
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
