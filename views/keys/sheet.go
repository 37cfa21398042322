// Package keys draws the sheet of single keys.
package keys

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Sheet is the page of all keys.
type Sheet struct {
	Page   layout.Page
	Groups []ui.Keys
}
