// Package crmsources holds the pages of CRMs that are read by themselves: list, record,
// and one run.
package crmsources

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Record is the page of one source.
type Record struct {
	Page  layout.Page
	Notes []ui.Callout
	Stats ui.Stats
	Facts ui.DefinitionList
	Check Check
	Runs  Part
	Parts []Part // what is gone at the source, what could not be brought in
}

// Check is the last connectivity check, layer by layer.
type Check struct {
	Card  ui.Card
	Note  *ui.Callout
	Age   ui.DefinitionList
	Steps ui.Steps
}

// Part is a table on a page.
type Part struct {
	Card  ui.Card
	Table ui.Table
}

// Run is the page of one reading.
type Run struct {
	Page    layout.Page
	Live    *ui.LiveProgress // nil once it has ended
	Result  *ui.Callout
	Agree   *ui.ConfirmForm // asked after the guard stopped it
	Figures ui.DefinitionList
	Facts   ui.DefinitionList
}
