// Package reassign holds the pages that let history go over to another subscription.
package reassign

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Choose is where the target is picked.
type Choose struct {
	Page    layout.Page
	Remarks []ui.Callout
	Filters ui.FilterBar
	Table   ui.Table
}

// Look is what a move would do, before it is done.
type Look struct {
	Page     layout.Page
	Summary  ui.ErrorSummary
	Remarks  []ui.Callout
	Sides    []Part // as they are
	Result   Part   // the target as it would be
	Ask      Ask
	Form     *ui.ConfirmForm // nil: it cannot be done
	Note     ui.Field
	NotYet   string // why there is no form
	OtherWay ui.LinkButton
}

// Ask reckons the result again for other terms.
type Ask struct {
	Card   ui.Card
	Action string
	Hidden []ui.Pair
	Fields []ui.Field
	Button ui.Button
}

// Part is a ledger in a card.
type Part struct {
	Card  ui.Card
	Table ui.Table
}

// Back asks before a move is taken back.
type Back struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Form    ui.ConfirmForm
	Note    ui.Field
}
