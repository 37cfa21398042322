// Package differences is the screens of what the distributor's bill, the ledger and our invoices do not agree on: one
// list, and a page of each with all sides and what can be done.
package differences

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"seatledger/internal/auth"
	"seatledger/internal/difference"
	"seatledger/internal/listing"
	"seatledger/internal/money"
	"seatledger/internal/selection"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/bulk"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Handlers answers the routes of differences.
type Handlers struct {
	Differences difference.Service
	Bulk        *selection.Service
}

const (
	path = at.Differences
	nav  = "Differences"
)

func mayDecide(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Billing) }

func recordPath(id uuid.UUID) string { return path + "/" + id.String() }

// List is the list of differences, and with .csv or .xlsx its file.
func (h Handlers) List(c echo.Context) error {
	db := h.Differences.DB.Read(c.Request().Context())
	var beside []listing.Extra
	if mayDecide(c) && h.Bulk != nil {
		beside = append(beside, bulk.Ticks(c, h.Bulk, difference.All.Name))
	}
	q, err := httpx.AskListWith(c, db, difference.All, beside)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.Differences.DB, difference.All, q)
	}
	found, err := httpx.FindList(c, db, difference.All, q)
	if err != nil {
		return err
	}
	t := httpx.ListTable(difference.All, q, found.Rows, cells, func(r difference.Row, row *ui.Row) {
		row.ID, row.Label, row.Muted = r.ID.String(), "Select "+r.Name()+", "+r.Customer, r.State != difference.Todo
	})
	t.Caption, t.Empty = nav, empty(q)
	m := layout.List{Page: session.Page(c, nav, nav), Filters: q.FilterBar(difference.All.Search.Label), Table: t,
		Pager: q.Pager(found.Next, found.Prev, found.Said())}
	m.Page.Lead = "On what the distributor's bill, the ledger and our invoices do not agree. Above zero is charged to you and " +
		"not billed on; below zero is billed and not charged."
	if len(beside) > 0 && len(found.Rows) > 0 {
		ticks(q, found, &m)
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

const bulkForm = "differences-many"

// ticks puts the checkboxes and the bar over the list.
func ticks(q httpx.ListQuery, found httpx.Found[difference.Row], m *layout.List) {
	page := bulk.Page{Total: found.Total, Many: found.Uncounted(), Kept: bulk.TicksFrom(q.Spec.Extras[0])}
	for i, r := range found.Rows {
		page.Shown = append(page.Shown, r.ID)
		m.Table.Rows[i].Checked = page.Kept[r.ID]
	}
	m.Table.Select = &ui.Selection{FormID: bulkForm}
	m.Bulk = bulk.Bar(q, difference.All.Name, page)
	m.Bulk.FormID, m.Bulk.Action, m.Bulk.Hint = bulkForm, at.Bulk, "Tick differences to decide about them."
	m.Bulk.Buttons = []ui.Button{{Text: "Bill to the customer", Name: "deed", Value: difference.BillDeed},
		{Text: "Accept into the ledger", Name: "deed", Value: difference.AcceptDeed},
		{Text: "Dismiss", Name: "deed", Value: difference.DismissDeed},
		{Text: "Dispute", Name: "deed", Value: difference.DisputeDeed}}
}

var stateTones = map[difference.State]ui.Tone{difference.Todo: ui.Warn, difference.Accepted: ui.Good,
	difference.Billed: ui.Good, difference.Disputed: ui.Info, difference.Dismissed: ui.Neutral}

var reachedWords = map[difference.Reached]string{difference.Yes: "Yes", difference.No: "No",
	difference.Partly: "Partly"}

// cells are the columns that say more than their value.
var cells = httpx.Cells[difference.Row]{
	"kind": func(r difference.Row) ui.Cell {
		return ui.Cell{Text: difference.KindWords[r.Kind], Href: recordPath(r.ID), Sub: r.Bill}
	},
	"crm_account": func(r difference.Row) ui.Cell {
		if !r.CRMAccountID.Valid {
			return ui.Cell{Text: r.Customer, Muted: true}
		}
		return ui.LinkCell(r.Customer, at.CRMAccount(r.CRMAccountID.UUID))
	},
	"product": func(r difference.Row) ui.Cell {
		cell := ui.Cell{Text: r.Product, Sub: r.ExternalID}
		if r.SubscriptionID.Valid {
			cell.Href = at.Subscription(r.SubscriptionID.UUID)
		}
		if cell.Text == "" {
			cell.Text, cell.Sub = r.ExternalID, ""
		}
		return cell
	},
	"once_amount":  func(r difference.Row) ui.Cell { return amount(r.Once, r.Currency) },
	"month_amount": func(r difference.Row) ui.Cell { return amount(r.Month, r.Currency) },
	"since": func(r difference.Row) ui.Cell {
		cell := ui.TextCell(r.Since.String())
		if r.Times > 1 {
			cell.Sub = "since bill " + r.FirstBill
		}
		if r.Times >= difference.Comes {
			cell.Badges = []ui.Badge{{Text: times(r.Times), Tone: ui.Warn}}
		}
		return cell
	},
	"reached": func(r difference.Row) ui.Cell { return ui.TextCell(reachedWords[r.Reached]) },
	"state": func(r difference.Row) ui.Cell {
		cell := ui.BadgeCell(difference.StateWords[r.State], stateTones[r.State])
		switch {
		case r.AgainWhy != "":
			cell.Sub = "again"
		case r.CreditLineID.Valid:
			cell.Sub = "credit came"
		case r.GoneAt != nil:
			cell.Sub = "agrees by now"
		}
		return cell
	},
}

func amount(d decimal.Decimal, currency string) ui.Cell {
	return ui.Of(ui.Money{Amount: money.Grouped(d, currency), Currency: currency})
}

func empty(q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No difference matches",
			Text:   "Change the search or the filters.",
			Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "No differences",
		Text: "They are found when a bill of the distributor's comes in."}
}
