// Package providers holds the pages of providers: list, form, record, and the
// question before an unverified one syncs.
package providers

import (
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Form is the form of a new or standing provider.
type Form struct {
	Page          layout.Page
	Kinds         *ui.Tabs // the three forms; nil when editing
	Summary       ui.ErrorSummary
	Notes         []ui.Callout
	Stale         *ui.DiffTable // what was typed beside what stands now; nil: nobody saved in between
	Form          ui.Form
	Fields        []ui.Field
	Advanced      *Advanced // nil for a manual provider
	Confirm       *Confirm  // asked when the accounts may belong elsewhere
	Prerequisites *Prerequisites
}

// Advanced is the folded part of the form.
type Advanced struct {
	Fold   ui.Fold
	Fields []ui.Field
}

// Confirm is what a new host or reseller number means, and the box that says it is meant.
type Confirm struct {
	Callout ui.Callout
	Points  []string
	Box     ui.Field
}

// Prerequisites is what to do before a provider can be connected, with the mail to send.
type Prerequisites struct {
	Card  ui.Card
	Steps []string
	Mail  ui.CopyText
	Note  string
	Fill  *Fill // a small form that fills the mail in; nil where the provider's own values stand in it
}

// Fill asks for the two values of the mail.
type Fill struct {
	Action string
	Hidden []ui.Pair
	Fields []ui.Field
}

// Record is the page of one provider.
type Record struct {
	Page          layout.Page
	Notes         []ui.Callout
	Stats         ui.Stats
	Facts         Facts
	Check         *Check // nil for a manual provider
	Links         *Links
	Manual        *Manual
	Runs          *Part
	Unreadable    *Unreadable
	Prerequisites *Prerequisites
}

// Facts is the settings of the connection.
type Facts struct {
	Card  ui.Card
	Items ui.DefinitionList
}

// Check is the last connectivity check, layer by layer.
type Check struct {
	Card  ui.Card
	Note  *ui.Callout
	Age   ui.DefinitionList
	Steps ui.Steps
}

// Links are the authorize addresses to send to customers.
type Links struct {
	Card  ui.Card
	Items []Link
}

// Link is one of them.
type Link struct {
	Title    string
	Text     string
	Address  ui.CopyText
	Warnings []string
}

// Manual is where a manual provider's records are entered.
type Manual struct {
	Card  ui.Card
	Text  string
	Links []ui.LinkButton
}

// Part is a table on the record's page.
type Part struct {
	Card  ui.Card
	Table ui.Table
}

// Unreadable are records that could not be read and wait for a person.
type Unreadable struct {
	Card    ui.Card
	Text    string
	Records []UnreadableRecord
}

// UnreadableRecord is one of them.
type UnreadableRecord struct {
	Title string
	Items ui.DefinitionList
	Raw   ui.Raw
}

// Refused is the page of a command that was refused, with a way to insist.
type Refused struct {
	Page    layout.Page
	Text    string
	Buttons []ui.PostButton
	Back    ui.LinkButton
}

// Capture is what a capture keeps, and the file of it.
type Capture struct {
	Page  layout.Page
	Notes []ui.Callout
	Card  ui.Card
	Facts ui.DefinitionList
	Words ui.Card
	Kept  ui.DefinitionList // words by field
	Keys  ui.Card
	Names []string // of fields, as they stay
	File  ui.LinkButton
	Back  ui.LinkButton
}

// Ending is the question before a provider is deactivated, with what hangs on it.
type Ending struct {
	Page  layout.Page
	Card  ui.Card
	Table ui.Table
	Form  ui.ConfirmForm
}
