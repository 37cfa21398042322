// Package audit holds the pages of the audit trail.
package audit

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// List is a page of the trail.
type List struct {
	Frame   layout.Page
	Alarm   *ui.Callout // the chain does not hold
	Filters ui.FilterBar
	Table   ui.Table
	Pager   ui.Pager
}

// Entry is one row of the trail in full.
type Entry struct {
	Frame layout.Page
	Facts ui.DefinitionList
	Diff  *ui.DiffTable // nil when nothing was changed, as at a sign-in
}
