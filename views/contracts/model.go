// Package contracts holds the pages of billing contracts: list, form, record, deactivation.
package contracts

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// List is the list of contracts.
type List struct {
	Page    layout.Page
	Filters ui.FilterBar
	Table   ui.Table
	Pager   ui.Pager
}

// Form is the form of a new or standing contract.
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

// Record is the page of one contract.
type Record struct {
	Page          layout.Page
	Remarks       []ui.Callout
	Stats         ui.Stats
	Facts         ui.DefinitionList
	Subscriptions ui.Card
	Table         ui.Table
}

// Confirm is the page before a contract is deactivated.
type Confirm struct {
	Page layout.Page
	Form ui.ConfirmForm
}
