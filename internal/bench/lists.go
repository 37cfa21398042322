package main

import (
	"seatledger/internal/paging"
	"seatledger/internal/subscription/list"
	"seatledger/views/ui"
)

type sorts = paging.Sorts

// subjects are the lists that are measured, and what else there is.
var subjects = []subject{
	of(list.All, subscriptionRow, map[string][]string{"check": {"pricing.margin", "customer.customer"}},
		words{rare: []string{"s-1004711", "granite metals 23"}, common: []string{"business", "plan 3"}}),
	only("/changes", address{"/changes", plain}, address{"/changes?event=price", plain},
		address{"/changes?q=S-1004711", selective}),
	only("/accounts", address{"/accounts", plain}, address{"/accounts?state=unmapped", plain}),
	only("/invoices", address{"/invoices", plain}, address{"/invoices?state=draft", plain}),
	only("/invoice-lines", address{"/invoice-lines", plain}),
	only("/contracts", address{"/contracts", plain}),
	only("/audit", address{"/audit", plain}),
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
