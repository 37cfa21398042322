// Package prices holds the pages of price lists and their prices.
package prices

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Record is the page of one price list, with its prices.
type Record struct {
	Page    layout.Page
	Remarks []ui.Callout
	Filters ui.FilterBar
	Table   ui.Table
	Pager   ui.Pager
}
