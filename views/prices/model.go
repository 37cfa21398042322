// Package prices holds the pages of price lists and their prices.
package prices

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// List is the list of price lists.
type List struct {
	Page    layout.Page
	Filters ui.FilterBar
	Table   ui.Table
	Pager   ui.Pager
}

// Form is the form of a price list or of one price.
type Form struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Stale   *ui.DiffTable // what stands now beside what was typed; nil: nobody saved in between
	Remark  *ui.Callout
	Form    ui.Form
	Groups  []Group
}

// Group is a titled part of a form.
type Group struct {
	ui.Group
	Fields []ui.Field
}

// Record is the page of one price list, with its prices.
type Record struct {
	Page    layout.Page
	Remarks []ui.Callout
	Filters ui.FilterBar
	Table   ui.Table
	Pager   ui.Pager
}

// Confirm is the page before a price is deleted.
type Confirm struct {
	Page layout.Page
	Form ui.ConfirmForm
}
