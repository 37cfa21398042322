package changes

import (
	"strconv"

	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
)

// Table is a page of the list.
func (h Handlers) Table(q httpx.ListQuery, rows []ledger.ListRow) ui.Table {
	t := httpx.ListTable(ledger.All, q, rows, httpx.Cells[ledger.ListRow]{
		"effective_at":  effective,
		"product":       subscriptionCell,
		"crm_account":   customer,
		"event":         func(r ledger.ListRow) ui.Cell { return ui.Cell{Text: string(r.Event), Sub: string(r.Reason)} },
		"delta":         func(r ledger.ListRow) ui.Cell { return ui.TextCell(seats(r)) },
		"unit_price":    prices,
		"billing_state": billing,
		"recorded_at":   h.recorded,
	}, func(r ledger.ListRow, row *ui.Row) { row.Muted = !r.Counted })
	t.Caption, t.Compact, t.Empty = "License changes", true, empty(q)
	return t
}

func effective(r ledger.ListRow) ui.Cell {
	cell := ui.TextCell(r.EffectiveAt.String())
	if r.Estimated {
		cell.Badges = []ui.Badge{{Text: "estimated", Tone: ui.Warn,
			Title: "The distributor gives no date; this is the day it was seen"}}
	}
	return cell
}

func billing(r ledger.ListRow) ui.Cell {
	cell := ui.Cell{Badges: []ui.Badge{{Text: string(r.BillingState)}}}
	if !r.Counted {
		cell.Sub = "set aside, does not count"
	}
	if r.Counted && r.Delta < 0 {
		cell.Sub = map[bool]string{true: "with refund", false: "without refund"}[r.Refund]
	}
	return cell
}

func subscriptionCell(r ledger.ListRow) ui.Cell {
	name := r.Product
	if name == "" {
		name = r.ExternalID
	}
	return ui.Cell{Text: name, Href: at.Subscription(r.SubscriptionID),
		Sub: r.ExternalID + ", " + r.Provider}
}

func customer(r ledger.ListRow) ui.Cell {
	if r.CRMAccount == "" {
		return ui.Cell{Text: "no customer", Muted: true}
	}
	return ui.TextCell(r.CRMAccount)
}

// prices is the selling price as the row has it, with the cost under it.
func prices(r ledger.ListRow) ui.Cell {
	cell := ui.Of(httpx.Amount(r.UnitPrice, r.Currency, money.Period(r.PricePeriod)))
	if m := httpx.Amount(r.UnitCost, r.CostCurrency, money.Period(r.CostPeriod)); m.Amount != "" {
		cell.Sub = "cost " + m.Amount + " " + m.Currency + " " + m.Period
	}
	return cell
}

func seats(r ledger.ListRow) string {
	switch {
	case r.Event == ledger.Price || r.Event == ledger.Cost:
		return ""
	case r.Delta < 0:
		return "−" + strconv.Itoa(-r.Delta)
	}
	return "+" + strconv.Itoa(r.Delta)
}

// recorded is when and by whom; what a sync found leads to its run.
func (h Handlers) recorded(r ledger.ListRow) ui.Cell {
	when := httpx.Moment(r.RecordedAt, h.Zone)
	if r.SyncRunID.Valid {
		return ui.Cell{Text: when.Text, Href: at.SyncRun(r.SyncRunID.UUID), Sub: "by a sync"}
	}
	return ui.Cell{Content: when, Sub: "by " + r.Actor}
}

func empty(q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No change matches", Text: "Change the search or the filters.",
			Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "No changes yet",
		Text:   "Every change of seats, price or state that a sync finds or a person makes will be a row here.",
		Action: &ui.LinkButton{Text: "Open the providers", Href: at.Providers}}
}
