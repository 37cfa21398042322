// Package manual holds the forms of a manual provider: an account, a subscription, its seats.
package manual

import (
	"context"
	"io"

	"seatledger/views/layout"
	"seatledger/views/ui"
)

// Form is one entry.
type Form struct {
	Page    layout.Page
	Summary ui.ErrorSummary
	Stale   *ui.DiffTable // what stands now beside what was typed; nil: nobody changed it meanwhile
	Form    ui.Form
	Groups  []Group
}

// Group is a titled part of the form.
type Group struct {
	ui.Group
	Fields []ui.Field
}

// Render makes a Form a templ component.
func (m Form) Render(ctx context.Context, w io.Writer) error { return page(m).Render(ctx, w) }
