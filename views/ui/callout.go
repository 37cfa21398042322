package ui

import (
	"context"
	"io"
)

// Callout is a framed remark within a page. Its children stand under the text.
type Callout struct {
	Tone  Tone
	Title string
	Text  string
}

// Render makes a Callout a templ component.
func (c Callout) Render(ctx context.Context, w io.Writer) error { return callout(c).Render(ctx, w) }
