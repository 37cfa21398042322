package accounts

import (
	"context"
	"io"
)

// Render makes a Match a templ component.
func (m Match) Render(ctx context.Context, w io.Writer) error { return match(m).Render(ctx, w) }

// Render makes Commands a templ component.
func (m Commands) Render(ctx context.Context, w io.Writer) error { return commands(m).Render(ctx, w) }

// Render makes a Part a templ component.
func (p Part) Render(ctx context.Context, w io.Writer) error { return part(p).Render(ctx, w) }

// Render makes a Candidate a templ component.
func (m Candidate) Render(ctx context.Context, w io.Writer) error { return candidate(m).Render(ctx, w) }

// Render makes a Choose a templ component.
func (m Choose) Render(ctx context.Context, w io.Writer) error { return choose(m).Render(ctx, w) }

// Render makes an Unreadable a templ component.
func (m Unreadable) Render(ctx context.Context, w io.Writer) error {
	return unreadable(m).Render(ctx, w)
}
