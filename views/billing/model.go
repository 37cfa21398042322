// Package billing holds the pages of billing many contracts at once: what is due, and the runs that bill it.
package billing

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Due is what is due over all contracts.
type Due struct {
	Page     layout.Page
	Summary  ui.ErrorSummary
	Filters  ui.FilterBar
	Callouts []ui.Callout
	Stats    ui.Stats
	Begin    *Begin // nil: nothing is due, or who looks may not bill
	Bulk     *ui.BulkBar
	Table    ui.Table
	Pager    ui.Pager
	Reasons  *ui.Table // what is left out, by why; nil: nothing, or one reason
	LeftOut  *ui.Table // nil: nothing
	More     string    // how much of it the file has besides
}

// Begin is the one step over all that matches.
type Begin struct {
	Title   string
	Text    string
	Action  string
	Hidden  []ui.Pair
	Late    *ui.Field // asked where lines must be confirmed
	Buttons []ui.Button
}

// Form is a page with one form.
type Form struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Form    ui.Form
	Fields  []ui.Field
	Facts   *ui.DefinitionList
}

// Run is one billing run.
type Run struct {
	Page     layout.Page
	Progress *ui.LiveProgress // nil: nothing is under way
	Callouts []ui.Callout
	Stats    ui.Stats
	Steps    *Begin // nil: no step is left, or who looks may not take it
	Bulk     *ui.BulkBar
	Table    ui.Table
	Pager    ui.Pager
	Undo     *ui.ConfirmForm
}

// List is the runs of late.
type List struct {
	Page  layout.Page
	Table ui.Table
}
