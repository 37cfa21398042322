// Package crmaccounts holds the pages of CRM accounts: list, form, record.
package crmaccounts

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// List is the list of CRM accounts.
type List struct {
	Page    layout.Page
	Filters ui.FilterBar
	Table   ui.Table
	Pager   ui.Pager
}

// Form is the form of a new or standing account.
type Form struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Stale   *ui.DiffTable // what stands now beside what was typed; nil: nobody saved in between
	Form    ui.Form
	Groups  []Group
}

// Group is a titled part of the form.
type Group struct {
	ui.Group
	Fields []ui.Field
}

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
