// Package contractsync is the page of a billing contract's own sync: what the
// distributor has for its customer, to tick what lands in the contract.
package contractsync

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Show is the page, with a part for each provider where the customer is mapped.
type Show struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Remarks []ui.Callout
	Empty   *ui.EmptyState // in place of the parts when there is nobody to ask
	Parts   []Part
}

// Part is one provider with its last listing.
type Part struct {
	Card  ui.Card
	Note  *ui.Callout // why nothing can be asked, or that the listing is old
	Stats ui.Stats
	Table ui.Table
	Tick  *ui.BulkBar // nil: nothing to tick, or no right to
	All   *All
}

// All is the command that lands everything, with what that is.
type All struct {
	Text   string
	Button ui.PostButton
}

// Refused is the page of a run that was refused, with a way to insist.
type Refused struct {
	Page    layout.Page
	Text    string
	Buttons []ui.PostButton
	Back    ui.LinkButton
}
