// Package changes holds the page of the ledger of all subscriptions.
package changes

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// List is the list of license changes.
type List struct {
	Page    layout.Page
	Filters ui.FilterBar
	Table   ui.Table
	Pager   ui.Pager
}
