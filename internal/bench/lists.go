package main

import (
	"time"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/contract"
	"seatledger/internal/crm"
	"seatledger/internal/invoice"
	"seatledger/internal/ledger"
	"seatledger/internal/paging"
	"seatledger/internal/subscription/list"
	"seatledger/internal/syncing"
	"seatledger/views/ui"
)

type sorts = paging.Sorts

// subjects are the lists that are measured.
var subjects = []subject{
	of(list.All, subscriptionRow, map[string][]string{"check": {"margin", "customer"}},
		words{rare: []string{"s-1004711", "granite metals 23"}, common: []string{"business", "plan 3"}}),
	of(ledger.All, nil, nil, words{rare: []string{"s-1004711"}, common: []string{"business"}}),
	of(account.All, nil, nil, words{rare: []string{"granite metals 23", "a104711"}, common: []string{"example"}}),
	of(invoice.All(time.UTC), nil, nil,
		words{rare: []string{"inv-4711", "granite metals 23"}, common: []string{"agreement"}}),
	of(invoice.AllLines, nil, nil, words{rare: []string{"s-1004711"}, common: []string{"business"}}),
	of(contract.All, nil, nil, words{rare: []string{"granite metals 23"}, common: []string{"agreement"}}),
	of(audit.Trail, nil, nil, words{rare: []string{"record 4711"}, common: []string{"robin"}}),
	of(crm.All, nil, nil, words{rare: []string{"granite metals 23"}, common: []string{"example"}}),
	of(syncing.Runs, nil, nil, words{}),
	only("/", address{"/", figures}),
}

// subscriptionRow is a row as the list shows it: links, badges and second lines.
func subscriptionRow(r list.Row) ui.Row {
	customer := ui.Cell{Text: r.Account, Href: "/accounts/" + r.AccountID.String(), Sub: "not mapped"}
	if r.CRMAccountID.Valid {
		customer = ui.Cell{Text: r.CRMAccount, Href: "/crm-accounts/" + r.CRMAccountID.UUID.String(), Sub: r.Contract}
	}
	price := ui.Cell{Text: r.UnitPrice.Decimal.StringFixed(2) + " " + r.Currency + " per " + string(r.PricePeriod),
		Sub: "cost " + r.UnitCost.Decimal.StringFixed(2) + " " + r.CostCurrency + " per " + string(r.CostPeriod)}
	return ui.Row{ID: r.ID.String(), Label: r.Product + " of " + r.CRMAccount, Cells: []ui.Cell{
		{Text: r.Product, Href: "/subscriptions/" + r.ID.String(), Sub: r.PartNumber},
		{Badges: []ui.Badge{{Text: r.Review, Tone: ui.Good}}},
		customer,
		{Text: r.ExternalID, Mono: true, Sub: r.Provider},
		{Badges: []ui.Badge{{Text: string(r.State), Tone: ui.Good}}},
		ui.TextCell("1,234"),
		price,
		ui.TextCell(r.End.String()),
	}}
}
