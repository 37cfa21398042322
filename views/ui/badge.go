package ui

import (
	"context"
	"io"
)

// Badge is one word or two about a state, as "held" or "signed".
type Badge struct {
	Text  string
	Tone  Tone
	Title string // a longer explanation, shown on hover; never the only place where it is said
}

// Render makes a Badge a templ component.
func (b Badge) Render(ctx context.Context, w io.Writer) error { return badge(b).Render(ctx, w) }
