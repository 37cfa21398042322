// Package subscriptions holds the pages of subscriptions: list, sign-off, record,
// corrections, and the steps that ask first.
package subscriptions

import (
	"github.com/a-h/templ"

	"seatledger/views/layout"
	"seatledger/views/ui"
)

// List is the list of subscriptions.
type List struct {
	Page     layout.Page
	Tabs     ui.Tabs
	Progress *ui.Progress // nil: nothing to sign at all
	Filters  ui.FilterBar
	Bulk     *ui.BulkBar // nil: who looks may not sign
	Note     ui.Field
	Table    ui.Table
	Pager    ui.Pager
}

// Causes is the review by cause.
type Causes struct {
	Page        layout.Page
	Callouts    []ui.Callout
	Waiting     *ui.LinkButton // what waits for a mapping first; nil: nothing does
	WaitingRows *ui.LinkButton
	Fails       ui.Table
	Warns       ui.Table
}

// Record is the page of one subscription.
type Record struct {
	Page     layout.Page
	Summary  ui.ErrorSummary
	Stale    *Stale // somebody saved in between
	Remarks  []Remark
	Stats    ui.Stats
	Review   Review
	Ledger   Part
	Prices   *Part // nil: it never had a price
	Moves    *Part // nil: no history was ever reassigned from or to it
	Marks    *Part // nil: no row was ever marked
	SignOffs *Part // nil: never signed
	Provider Facts
	Local    Facts
	Contract *Edit // nil: who looks may not, or it cannot be
	Price    *Edit
	Quantity *Edit
	Dates    *Edit // nil: every date that was given can be read
	Keys     *ui.FoldedKeys
	Raw      *ui.Raw
}

// Stale sets what was typed beside what stands now.
type Stale struct {
	Callout ui.Callout
	Table   ui.DiffTable
}

// Remark is what a person should know or decide first.
type Remark struct {
	ui.Callout
	Actions []templ.Component
}

// Review is the verdict with its findings in their groups, and the sign-off.
type Review struct {
	Card   ui.Card
	Groups []Group
	Silent string   // why there is nothing to review; empty: there is
	Form   *ui.Form // nil: it cannot be signed off now, or who looks may not
	Note   ui.Field // of the form
	Why    string   // why it cannot be signed off
}

// Group is the findings under one of the three questions.
type Group struct {
	Title    string
	Findings ui.Steps
}

// Facts is a card with facts.
type Facts struct {
	Card  ui.Card
	Items ui.DefinitionList
}

// Edit is a form that opens in place.
type Edit struct {
	Fold   ui.Fold
	ID     string // so that links can lead here
	Form   ui.Form
	Groups []FieldGroup
}

// FieldGroup is a titled part of a form.
type FieldGroup struct {
	ui.Group
	Fields []ui.Field
}

// Part is a table in a card.
type Part struct {
	Card  ui.Card
	Table ui.Table
}

// Step is the page of a step that a person looks at before it is done: what it is
// about, what it concerns, and one form for each way to go on.
type Step struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Remarks []ui.Callout
	Card    ui.Card
	Facts   ui.DefinitionList
	Table   *Part // nil: none
	Forms   []StepForm
}

// StepForm is one way to go on.
type StepForm struct {
	Confirm ui.ConfirmForm
	Fields  []ui.Field
}
