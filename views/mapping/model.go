// Package mapping holds the pages of the mapping queue: one account after the other
// beside its candidates, the queue as a list, many accepted at once, and who decided what.
package mapping

import (
	"github.com/a-h/templ"

	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Queue is one account that waits, beside its candidates.
type Queue struct {
	Page       layout.Page
	Progress   ui.Progress
	Tabs       ui.Tabs
	Providers  *Choice // which provider; nil: there is only one
	Summary    ui.ErrorSummary
	Callouts   []ui.Callout
	Empty      *ui.EmptyState // instead of all below
	Decide     *Decide        // nil: this person may only look
	Candidates []Candidate
	Search     Search
	Compare    *Compare
	Reasons    *ui.Waterfall
	Taken      *Taken
	Freshness  string
	// Suggesting tells how far the making of suggestions is, above all else.
	Suggesting []templ.Component
	// NoCandidate stands where there is none.
	NoCandidate string
	Previous    string
	Next        string
	Help        ui.FoldedKeys
	Undo        *ui.PostButton // the last thing this person did, when no notice offers it
}

// Choice is a small form that chooses among few.
type Choice struct {
	Action string
	Field  ui.Field
	Hidden []ui.Pair
}

// Decide is the command bar.
type Decide struct {
	Base    string // address of the account in the queue, which the commands follow
	Hidden  []ui.Pair
	Accept  *Accept // nil: nobody free is chosen
	HasNone bool    // there are candidates to say none to
	Reason  ui.Field
	Version string
	Days    []Days
	Awake   *ui.PostButton // it is put aside: ask again
	Back    *ui.PostButton // it was said no to: take that back
}

// Accept maps to the chosen candidate.
type Accept struct {
	ID   string
	Name string
	Why  string
}

// Days is one choice of how long an account is put aside.
type Days struct{ Value, Label string }

// Candidate is one numbered CRM account.
type Candidate struct {
	Number  int // 0: beyond the number keys
	Name    string
	Href    string
	Chosen  bool
	Badges  []ui.Badge
	Notes   []string
	Refuse  string // the CRM account that "Not this one" is about; empty: no button
	Action  string
	Hidden  []ui.Pair
	CRMHref string
}

// Search finds other CRM accounts.
type Search struct {
	Action string
	Query  string
	Hidden []ui.Pair
	Found  []Candidate
	Note   string
}

// Compare sets the account beside a CRM account, field by field.
type Compare struct {
	Title  string // names the table
	Left   string
	Right  string
	Fields []Field
}

// Field is one field on both sides. Word and Sign say how they compare, so that colour is not needed.
type Field struct {
	Label  string
	Ours   []Piece
	Theirs []Piece
	Word   string
	Sign   string
	Tone   ui.Tone
	Mono   bool
}

// Piece is a part of a value; Differs marks what the other side does not have.
type Piece struct {
	Text    string
	Differs bool
}

// Taken says who holds the chosen CRM account.
type Taken struct {
	ui.Callout
	Actions []templ.Component
}

// Refused is the page after a decision that was refused.
type Refused struct {
	Page    layout.Page
	Callout ui.Callout
	Actions []templ.Component
	Next    string
}

// Bulk previews what is accepted at once.
type Bulk struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Choose  Choose
	Offers  int
	Effects []ui.Definition
	Table   ui.Table
	Hidden  []ui.Pair
	Confirm ui.Field
	Empty   *ui.EmptyState
	Earlier *ui.Table // the latest batches; nil: none
}

// Choose says which suggestions are previewed.
type Choose struct {
	Action string
	Fields []ui.Field
}

// Swap asks before a CRM account is taken over.
type Swap struct {
	Page     layout.Page
	Form     ui.ConfirmForm
	Fields   []ui.Field
	Compared []Compare
}
