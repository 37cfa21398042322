// Package crmaccounts holds the pages of CRM accounts: list, form, record.
package crmaccounts

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Record is the page of one account.
type Record struct {
	Page      layout.Page
	Facts     ui.DefinitionList
	Stats     ui.Stats
	Providers Part
	Contracts Part
	Children  *Part // nil: none
}

// Part is a table of what hangs on the account.
type Part struct {
	Card  ui.Card
	Table ui.Table
}
