package main

import (
	"time"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/crm"
	"seatledger/internal/invoice"
	"seatledger/internal/ledger"
	"seatledger/internal/paging"
	"seatledger/internal/subscription/list"
	"seatledger/internal/syncing"
	"seatledger/views/ui"
	"seatledger/web/accounts"
	"seatledger/web/changes"
	"seatledger/web/contracts"
	"seatledger/web/crmaccounts"
	"seatledger/web/httpx"
	"seatledger/web/invoices"
	"seatledger/web/subscriptions"
	"seatledger/web/syncruns"

	trail "seatledger/web/audit"
)

type sorts = paging.Sorts

var (
	zone     = time.UTC
	allBills = invoice.All(zone)
)

// ticked has the boxes of a list on which something can be done to many.
func ticked(t ui.Table) ui.Table {
	t.Select = &ui.Selection{FormID: "bulk"}
	return t
}

// subjects are the lists that are measured.
var subjects = []subject{
	of(list.All, func(q httpx.ListQuery, rows []list.Row) ui.Table { return subscriptions.Table(q, rows, nil, true) },
		map[string][]string{"check": {"margin", "customer"}},
		words{rare: []string{"s-1004711", "granite metals 23"}, common: []string{"business", "plan 3"}}),
	of(ledger.All, changes.Handlers{Zone: zone}.Table, nil,
		words{rare: []string{"s-1004711"}, common: []string{"business"}}),
	of(account.All, accounts.Handlers{Zone: zone}.Table, nil,
		words{rare: []string{"granite metals 23", "a104711"}, common: []string{"example"}}),
	of(allBills, func(q httpx.ListQuery, rows []invoice.ListRow) ui.Table {
		return ticked(invoices.Table(allBills, q, rows))
	}, nil, words{rare: []string{"inv-4711", "granite metals 23"}, common: []string{"agreement"}}),
	of(invoice.AllLines, invoices.LinesTable, nil, words{rare: []string{"s-1004711"}, common: []string{"business"}}),
	of(contract.All, func(q httpx.ListQuery, rows []contract.Row) ui.Table {
		return ticked(contracts.Table(q, rows, true))
	}, nil, words{rare: []string{"granite metals 23"}, common: []string{"agreement"}}),
	of(audit.Trail, func(q httpx.ListQuery, rows []audit.Entry) ui.Table {
		return trail.Handlers{Zone: zone}.Table(q, rows, auth.Admin)
	}, nil, words{rare: []string{"record 4711"}, common: []string{"robin"}}),
	of(crm.All, func(q httpx.ListQuery, rows []crm.Row) ui.Table {
		return ticked(crmaccounts.Handlers{Zone: zone}.Table(q, rows, true))
	}, nil, words{rare: []string{"granite metals 23"}, common: []string{"example"}}),
	of(syncing.Runs, syncruns.Handlers{Zone: zone, Clock: clock.System{}}.ListTable, nil, words{}),
	only("/", address{"/", figures}),
}
