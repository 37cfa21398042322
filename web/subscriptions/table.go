package subscriptions

import (
	"strings"

	"github.com/google/uuid"

	"seatledger/internal/distributor"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
)

const bulkForm = "sign-off"

// Table is a page of the list, with those ticked that are kept ticked, where ticks lead to something.
func Table(q httpx.ListQuery, rows []list.Row, kept map[uuid.UUID]bool, mayDecide bool) ui.Table {
	t := httpx.ListTable(list.All, q, rows, cells, func(r list.Row, row *ui.Row) {
		row.ID, row.Label = r.ID.String(), called(r.Product, r.ExternalID)+" of "+owner(r)
		row.Muted = r.State == subscription.Inactive
		row.Checked = kept[r.ID]
	})
	t.Empty = empty(q)
	if mayDecide {
		t.Select = &ui.Selection{FormID: bulkForm}
	}
	return t
}

// cells are the columns that say more than their value.
var cells = httpx.Cells[list.Row]{
	"product": func(r list.Row) ui.Cell {
		return ui.Cell{Text: called(r.Product, r.ExternalID), Href: recordPath(r.ID), Sub: r.PartNumber}
	},
	"review":      verdict,
	"crm_account": customer,
	"external_id": func(r list.Row) ui.Cell { return ui.Cell{Text: r.ExternalID, Mono: true} },
	"state":       state,
	"quantity":    func(r list.Row) ui.Cell { return ui.TextCell(words.Count(r.Quantity)) },
	"unit_price":  prices,
	"end_date":    ends,
}

// verdict is the word of the review, with the check that is to be mended first under it, else those that warn.
func verdict(r list.Row) ui.Cell {
	cell := ui.Cell{Badges: reviewBadge(r.Review)}
	switch {
	case r.Cause != "":
		cell.Sub = causeName(r)
	case r.Review == "warn":
		var says []string
		for _, code := range strings.Fields(r.Checks) {
			says = append(says, strings.ToLower(checkNames[code]))
		}
		cell.Sub = strings.Join(says, ", ")
	}
	return cell
}

// causeName is what fails; of what waits for a mapping that.
func causeName(r list.Row) string {
	if r.Cause == "customer" && r.HoldReason == subscription.HoldUnmapped && !r.Moved {
		return "waits for a mapping"
	}
	return causeWords[r.Cause]
}

// state is ours, with the distributor's under it where that is another than plainly active.
func state(r list.Row) ui.Cell {
	cell := ui.Cell{Badges: []ui.Badge{stateBadge(r.State, r.HoldReason, r.Moved)}}
	switch {
	case !sameWord(r.StatusText, string(r.Status)):
		cell.Sub = "distributor: " + r.StatusText
	case r.Status != distributor.StatusActive:
		cell.Sub = "distributor: " + string(r.Status)
	}
	return cell
}

// prices is the selling price, with the cost under it.
func prices(r list.Row) ui.Cell {
	cell := ui.Of(moneyOf(r.UnitPrice, r.Currency, r.PricePeriod))
	if r.UnitCost.Valid {
		cell.Sub = "cost " + worded(r.UnitCost, r.CostCurrency, r.CostPeriod)
	}
	return cell
}

// ends is the end date, or the text that was sent in its place and cannot be read.
func ends(r list.Row) ui.Cell {
	cell := day(r.End)
	if r.EndText != "" && r.End.IsZero() {
		cell = ui.Cell{Text: "“" + r.EndText + "”", Sub: "cannot be read"}
	}
	return cell
}

func owner(r list.Row) string {
	if r.CRMAccount != "" {
		return r.CRMAccount
	}
	return called(r.Account, r.AccountExternalID)
}

// customer is who is billed; until there is one, the distributor's name for it.
func customer(r list.Row) ui.Cell {
	if !r.CRMAccountID.Valid {
		sub := "not mapped"
		if r.Moved {
			sub = "moved here, choose a contract"
		}
		return ui.Cell{Text: called(r.Account, r.AccountExternalID), Href: at.Account(r.AccountID),
			Sub: sub, Muted: true}
	}
	cell := ui.LinkCell(r.CRMAccount, at.CRMAccount(r.CRMAccountID.UUID))
	cell.Sub = "no contract"
	if r.ContractID.Valid {
		cell.Sub = r.Contract
	}
	return cell
}

func empty(q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No subscription matches",
			Text:   "Change the search or the filters.",
			Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "No subscriptions yet",
		Text:   "They come in with the first sync of a provider's subscriptions, every night or on demand.",
		Action: &ui.LinkButton{Text: "Open the providers", Href: at.Providers}}
}
