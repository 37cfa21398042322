// Package notices holds the bell page: what somebody must hear of.
package notices

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// List is a page of notices.
type List struct {
	Frame   layout.Page
	Filters ui.FilterBar
	Table   ui.Table
	Pager   ui.Pager
}
