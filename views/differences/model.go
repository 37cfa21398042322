// Package differences holds the pages of what bill, ledger and invoices do not agree on.
package differences

import (
	"github.com/a-h/templ"

	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Show is the page of one difference.
type Show struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Remarks []ui.Callout
	Facts   ui.DefinitionList
	Sides   []Side
	Letter  *ui.CopyText // ready to send; nil: nothing is claimed
	Steps   []Step       // none: the role decides nothing
}

// Side is one of the witnesses: the bill, the ledger, our invoices.
type Side struct {
	Card  ui.Card
	Table ui.Table
}

// Step is something that can be done about it.
type Step struct {
	Card   ui.Card
	Form   ui.Form
	Fields []ui.Field
	Before templ.Component // what a person should know first; nil: nothing
}
