// Package crmaccounts holds the pages of CRM accounts: list, form, record.
package crmaccounts

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Record is the page of one account.
type Record struct {
	Page      layout.Page
	Notes     []ui.Callout
	Origins   *Part // nil: everything was typed here
	Facts     ui.DefinitionList
	Stats     ui.Stats
	Providers Part
	Contracts Part
	Children  *Part // nil: none

	Seats      ui.Chart
	Changes    ui.LinkButton
	Invoices   Part
	Written    []Note
	Summary    ui.ErrorSummary
	NoteForm   *ui.Form // nil: the role writes none
	NoteFields []ui.Field
	Press      string // of the note form
}

// Note is what somebody wrote.
type Note struct {
	By   string
	At   ui.Time
	Text string
}

// Part is a table of what hangs on the account.
type Part struct {
	Card  ui.Card
	Table ui.Table
}

// Offer is what a file or source has instead of what a person edited.
type Offer struct {
	Text string
	Use  *ui.PostButton
}

// Statement is the page of the account over some days.
type Statement struct {
	Page     layout.Page
	Action   string // where the days are asked
	Fields   []ui.Field
	Accounts []Part
	Empty    *ui.EmptyState
}
