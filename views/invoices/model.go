// Package invoices holds the pages of invoices: the preview of a run, the
// invoice itself, and what asks before it is voided or credited.
package invoices

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// List is the list of invoices.
type List struct {
	Page    layout.Page
	Filters ui.FilterBar
	Bulk    *ui.BulkBar // nil: who looks may not bill
	PaidOn  ui.Field    // on the bar
	Table   ui.Table
	Pager   ui.Pager
}

// Run is the preview of a run: what it bills, what it leaves out and why.
type Run struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Choice  Choice
	Remarks []ui.Callout
	Plan    *Plan // nil: the run cannot be made
}

// Choice is the form that shows another run.
type Choice struct {
	Action string
	Fields []ui.Field
}

// Plan is a run that can be made.
type Plan struct {
	Stats      ui.Stats
	Lines      ui.Table
	Typed      *ui.Table // nil: none
	Exceptions *ui.Table // nil: none
	LeftOut    *ui.Table // nil: none
	Draft      *Draft    // nil: who looks may not bill, or there is nothing to bill
}

// Draft is the form that makes the draft.
type Draft struct {
	Form   ui.Form
	Late   *ui.Field // asked where lines begin before the cycle or change paid days
	Growth *ui.Field // asked where seats grew suddenly
}

// Record is the page of one invoice: the document, and beside it what the reader of
// the document does not see.
type Record struct {
	Page    layout.Page
	Remarks []ui.Callout
	Redraw  *Contradicted // nil: it is what a fresh one would be
	Paper   Paper
	Facts   ui.DefinitionList
	Notes   []string
	Credits *ui.Table
	// Together asks which drafts go out with this one; Beside are invoices on its document. nil: none.
	Together *Together
	Beside   *ui.Table
	Posted   *Posted // what became of it by mail; nil: nothing of it goes out
}

// Together is the step that puts drafts on one document.
type Together struct {
	Table ui.Table
	Form  *ui.Form // nil: who looks may not
}

// Confirm is the page before an invoice is voided or credited.
type Confirm struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Form    ui.ConfirmForm
	Fields  []ui.Field
	Refused *ui.Callout // why it cannot be done, instead of the form; nil: it can
}

// Credit is the page on which a person says what a credit takes, and what it means.
type Credit struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Table   ui.Table
	Form    ui.Form
	Fields  []ui.Field
}

// Contradicted says that a draft is no longer what a fresh one would be, with the one step that draws it anew.
type Contradicted struct {
	Callout ui.Callout
	Facts   ui.DefinitionList
	Button  *ui.PostButton // nil: who looks may not
}

// Elsewhere is the page of open rows that another system has billed.
type Elsewhere struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Bulk    ui.BulkBar
	Fields  []ui.Field
	Table   ui.Table
}

// Opening is the page of what was billed before each day had its own price and seats.
type Opening struct {
	Page      layout.Page
	Prices    *ui.Table // nil: none became another
	Seen      *ui.PostButton
	Contracts []OpeningContract
}

// OpeningContract is the differences of one contract with the step that lets a run take them.
type OpeningContract struct {
	Card  ui.Card
	Table ui.Table
	Take  *ui.PostButton // nil: who looks may not bill
}
