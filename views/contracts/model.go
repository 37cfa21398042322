// Package contracts holds the pages of billing contracts: list, form, record, deactivation.
package contracts

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Record is the page of one contract.
type Record struct {
	Page          layout.Page
	Remarks       []ui.Callout
	Stats         ui.Stats
	Facts         ui.DefinitionList
	Subscriptions ui.Card
	Table         ui.Table
	Typed         ui.Card
	TypedLines    ui.Table
}
