package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Card is a framed part of a page with a heading; its children are the content.
type Card struct {
	Title   string
	ID      string // so that links can lead here
	Text    string // a line under the title
	Badges  []Badge
	Actions []templ.Component
	Flush   bool // the content, as a table, goes to the edge
}

// Stat is a figure that links to exactly the rows it counts.
type Stat struct {
	Label string
	Value string
	Unit  string
	Note  string
	Href  string
	Tone  Tone
}

// Stats sets figures side by side.
type Stats []Stat

// Render makes a Card a templ component.
func (c Card) Render(ctx context.Context, w io.Writer) error { return card(c).Render(ctx, w) }

// Render makes a Stat a templ component.
func (s Stat) Render(ctx context.Context, w io.Writer) error { return stat(s).Render(ctx, w) }

// Render makes Stats a templ component.
func (s Stats) Render(ctx context.Context, w io.Writer) error { return stats(s).Render(ctx, w) }
