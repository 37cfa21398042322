package subscriptions

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/distributor"
	"seatledger/internal/subscription"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

const bulkForm = "sign-off"

func (h Handlers) table(c echo.Context, q httpx.ListQuery, rows []subscription.ListRow) ui.Table {
	t := ui.Table{
		Caption: "Subscriptions",
		Columns: []ui.Column{
			q.Column("product", "Product"), q.Column("external_id", "Id"), {Label: "Customer"}, q.NumberColumn("quantity", "Seats"), {Label: "Cost", Numeric: true},
			{Label: "Price", Numeric: true}, q.Column("end_date", "Ends"), {Label: "At the distributor"}, {Label: "State"}, {Label: "Review"},
		},
		Empty: empty(q),
	}
	if mayDecide(c) {
		t.Select = &ui.Selection{FormID: bulkForm}
	}
	for _, r := range rows {
		t.Rows = append(t.Rows, row(r))
	}
	return t
}

func row(r subscription.ListRow) ui.Row {
	return ui.Row{
		ID: r.ID.String(), Label: called(r.Product, r.ExternalID) + " of " + owner(r), Muted: r.State == subscription.Inactive,
		Unselectable: r.Review != "ok" && r.Review != "warn",
		Cells: []ui.Cell{
			{Text: called(r.Product, r.ExternalID), Href: recordPath(r.ID), Sub: r.PartNumber},
			{Text: r.ExternalID, Mono: true, Sub: r.Provider}, customer(r), ui.TextCell(count(r.Quantity)),
			ui.Of(moneyOf(r.UnitCost, r.CostCurrency, r.CostPeriod)), ui.Of(moneyOf(r.UnitPrice, r.Currency, r.PricePeriod)), day(r.End),
			statusCell(r.Status, r.StatusText), {Badges: []ui.Badge{stateBadge(r.State, r.HoldReason)}}, {Badges: reviewBadge(r.Review)},
		},
	}
}

func owner(r subscription.ListRow) string {
	if r.CRMAccount != "" {
		return r.CRMAccount
	}
	return called(r.Account, r.AccountExternalID)
}

// customer is who is billed; until there is one, the distributor's name for it.
func customer(r subscription.ListRow) ui.Cell {
	if !r.CRMAccountID.Valid {
		return ui.Cell{Text: called(r.Account, r.AccountExternalID), Href: "/accounts/" + r.AccountID.String(), Sub: "not mapped", Muted: true}
	}
	cell := ui.LinkCell(r.CRMAccount, "/crm-accounts/"+r.CRMAccountID.UUID.String())
	cell.Sub = "no contract"
	if r.ContractID.Valid {
		cell.Sub = r.Contract
	}
	return cell
}

// statusCell is our word, and the distributor's under it where it says something else.
func statusCell(s distributor.Status, text string) ui.Cell {
	cell := ui.TextCell(string(s))
	if !sameWord(text, string(s)) {
		cell.Sub = text
	}
	return cell
}

func empty(q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No subscription matches", Text: "Change the search or the filters.", Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "No subscriptions yet", Text: "They come in with the first sync of a provider's subscriptions, every night or on demand.",
		Action: &ui.LinkButton{Text: "Open the providers", Href: "/providers"}}
}
