package layout

import "seatledger/views/ui"

// List is a page of records: what narrows them, the table, the way to the next page.
type List struct {
	Page    Page
	Filters ui.FilterBar
	Bulk    *ui.BulkBar // nil: nothing can be done to many here
	Table   ui.Table
	Pager   ui.Pager
}
