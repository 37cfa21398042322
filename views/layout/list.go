package layout

import "seatledger/views/ui"

// List is a page of records: what narrows them, the table, the way to the next page.
type List struct {
	Page    Page
	Filters ui.FilterBar
	Table   ui.Table
	Pager   ui.Pager
}
