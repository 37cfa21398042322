// Package renewals holds the page of one thing that ends, renews or can be reduced.
package renewals

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Show is the page.
type Show struct {
	Page    layout.Page
	Facts   ui.DefinitionList
	Letter  *ui.CopyText // for the distributor; nil: no reduction was decided
	Summary ui.ErrorSummary
	Form    *ui.Form // nil: the role decides nothing
	Fields  []ui.Field
}
