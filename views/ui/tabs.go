package ui

import (
	"context"
	"io"
)

// Tabs are links between the views of one record or list; the present one is marked.
type Tabs struct {
	Label string // names the group for screen readers
	Items []Tab
}

// Tab is one view.
type Tab struct {
	Label  string
	Href   string
	Count  string
	Active bool
}

// Render makes Tabs a templ component.
func (t Tabs) Render(ctx context.Context, w io.Writer) error { return tabs(t).Render(ctx, w) }
