// Package closing is the pages of a distributor's months.
package closing

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// List is all months.
type List struct {
	Page  layout.Page
	Table ui.Table
}

// Show is one month.
type Show struct {
	Page     layout.Page
	Summary  ui.ErrorSummary
	Remarks  []ui.Callout
	Facts    ui.DefinitionList
	Bills    ui.Table
	Findings ui.Table
	Moved    ui.Table
	Margins  []ui.Table
	Step     *Step // nil: nothing to sign, or not by this person
}

// Step is the form that signs the month or opens it again.
type Step struct {
	Card   ui.Card
	Form   ui.Form
	Fields []ui.Field
}

// Print is the report of a month on paper.
type Print struct {
	Page        layout.Page
	Month       Show
	Differences ui.Table
	Signature   Signature
}

// Signature is who signed the month; without a name there is room for one.
type Signature struct{ Name, On, Note string }
