package ui

import (
	"context"
	"io"
)

// Form is a whole edit form: its children are the fields, Save and Cancel stand below.
// It warns about unsaved changes where JavaScript runs. Version is the record's
// version for the check against a stale edit (CONTRACT, Answers).
type Form struct {
	Action  string
	ID      string
	Version string
	Hidden  []Pair
	Save    string // verb and noun; empty: no buttons
	Cancel  string // where "Cancel" leads
	Upload  bool   // the form carries a file
	Key     string // of its button
}

// Group is a titled part of a form; its children are the fields.
type Group struct {
	Title string
	Text  string
	Two   bool // fields in two columns where there is room
}

// Fold is a part that is closed at first, as "Advanced". Open it when a field in it has an error.
type Fold struct {
	Summary string
	Hint    string
	Open    bool
	Key     string // opens and closes it on a page with Keys
}

// BulkBar acts on the ticked rows of a Table whose Selection names the same FormID.
// Its children, as a note field, stand before the buttons.
type BulkBar struct {
	FormID  string
	Action  string
	Hint    string // what is acted on: "Tick the subscriptions to sign off"
	Hidden  []Pair
	Buttons []Button
	Keep    string // keeps the ticks of this page for the others; empty: they are of this page alone
	Kept    int    // ticks that stand on other pages
	All     string // words of the choice that stands for all that match; empty: none
}

// Render makes a Form a templ component.
func (f Form) Render(ctx context.Context, w io.Writer) error { return form(f).Render(ctx, w) }

// Render makes a Group a templ component.
func (g Group) Render(ctx context.Context, w io.Writer) error { return group(g).Render(ctx, w) }

// Render makes a Fold a templ component.
func (f Fold) Render(ctx context.Context, w io.Writer) error { return fold(f).Render(ctx, w) }

// Render makes a BulkBar a templ component.
func (b BulkBar) Render(ctx context.Context, w io.Writer) error { return bulkBar(b).Render(ctx, w) }

func (f Form) encoding() string {
	if f.Upload {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}
