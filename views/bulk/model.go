// Package bulk holds the pages of bulk work: what a deed would do to each selected record,
// how far it has come, what came of it, and the way to take it back.
package bulk

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Work is one piece of bulk work.
type Work struct {
	Page     layout.Page
	Summary  ui.ErrorSummary
	Progress *ui.LiveProgress // nil: nothing is under way
	Callouts []ui.Callout
	Differs  *ui.Table // what differs from the preview; nil: nothing
	Facts    *ui.DefinitionList
	Again    *Again // nil: there is nothing to choose
	Confirm  *Confirm
	Undo     *ui.ConfirmForm
	Kinds    *ui.Table
	Table    *ui.Table
	More     string // how many records the table leaves out
}

// Again looks again, with what is typed.
type Again struct {
	Form   ui.Form
	Fields []ui.Field
}

// Confirm asks before it is done.
type Confirm struct {
	Form   ui.ConfirmForm
	Fields []ui.Field
}
