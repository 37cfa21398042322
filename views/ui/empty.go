package ui

import (
	"context"
	"io"
)

// Emptiness is why a list shows no rows. The three look and read differently:
// a person must never take a failure for "there is nothing".
type Emptiness string

// The kinds of emptiness.
const (
	NothingYet Emptiness = "nothing" // nothing was ever made: say what will stand here and the first step
	NoMatch    Emptiness = "nomatch" // there are rows, but the filter hides them: offer to clear it
	LoadFailed Emptiness = "failed"  // the rows could not be read
)

// EmptyState stands where rows would: what, why, and one action.
type EmptyState struct {
	Kind   Emptiness
	Title  string
	Text   string
	Action *LinkButton
}

// Render makes an EmptyState a templ component.
func (e EmptyState) Render(ctx context.Context, w io.Writer) error {
	return emptyState(e).Render(ctx, w)
}

func (e EmptyState) icon() string {
	switch e.Kind {
	case NoMatch:
		return "search"
	case LoadFailed:
		return "error"
	}
	return "inbox"
}
