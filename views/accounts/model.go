// Package accounts holds the pages of provider accounts and their mapping: the
// list with its suggestions, one account, and the question before a mapping is
// taken apart.
package accounts

import (
	"github.com/a-h/templ"

	"seatledger/views/layout"
	"seatledger/views/ui"
)

// List is the mapping page.
type List struct {
	Page     layout.Page
	Progress ui.Progress
	Tabs     ui.Tabs
	Filters  ui.FilterBar
	Bulk     *ui.BulkBar // nil: who looks may not decide
	Table    ui.Table
	Pager    ui.Pager
}

// Match is what a row of the list says about the CRM account: the one that is
// proposed, or the one that stands.
type Match struct {
	Name    string
	Href    string
	Badge   *ui.Badge
	Reasons []string // that speak for it
	Doubts  []string // that speak against it
	Notes   []Note
}

// Note is a quieter line: the runner-up, the holder, the heir.
type Note struct {
	Text  string
	Label string // of the link behind the text
	Href  string
	Tone  ui.Tone
}

// Commands are the buttons of a row.
type Commands struct {
	Buttons []templ.Component
	Exclude *Exclude
}

// Exclude is the small form behind a fold: an account leaves the list with a reason.
type Exclude struct {
	ID     string // makes the field's id unique on the page
	Action string
	Hidden []ui.Pair
}

// Record is the page of one account.
type Record struct {
	Page     layout.Page
	Callouts []Callout
	Parts    []templ.Component
}

// Callout is a remark with what can be done about it.
type Callout struct {
	ui.Callout
	Actions []templ.Component
}

// Unreadable is where a person says that the account cannot be read for long, or takes it back.
type Unreadable struct {
	Card   ui.Card
	Since  string // what is said already; empty: nothing
	Form   ui.Form
	Why    ui.Field
	Return *ui.PostButton // takes it back
}

// Candidate is a CRM account that may be the customer, set beside the account.
type Candidate struct {
	Card      ui.Card
	Notes     []Note
	Compare   templ.Component
	Waterfall ui.Waterfall
}

// Choose is the search for another CRM account.
type Choose struct {
	Card   ui.Card
	Action string
	Query  string
	Table  *ui.Table // nil: nothing was searched for
}

// Confirm is the question before a mapping is taken apart.
type Confirm struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Form    ui.ConfirmForm
	Fields  []ui.Field
	Parts   []templ.Component
}

// Part is a card with any content.
type Part struct {
	Card    ui.Card
	Content []templ.Component
}
