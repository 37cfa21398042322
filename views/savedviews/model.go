// Package savedviews holds the pages of kept views: all of them, and the form of one.
package savedviews

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"seatledger/views/layout"
	"seatledger/views/ui"
)

// All is the page of the views that a person may use.
type All struct {
	Page  layout.Page
	Table ui.Table
}

// Edit is the form of a view.
type Edit struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Over    templ.Component // keeps the changes in the view that one came by; nil: none
	Facts   ui.DefinitionList
	Form    ui.Form
	Fields  []ui.Field
	Delete  *ui.PostButton // nil: it is new
}

// Actions are what a person may do with a view in the list.
type Actions struct {
	Pin  ui.PostButton
	Edit *ui.LinkButton // nil: it is another's
}

// Render makes Actions a templ component.
func (a Actions) Render(ctx context.Context, w io.Writer) error { return actions(a).Render(ctx, w) }
