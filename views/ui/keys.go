package ui

import (
	"context"
	"io"
)

// Keys tells which single keys press what on a page, and lets them be turned off. A page that has them stands in an
// element with data-keys.
type Keys struct {
	Of   string // what they are keys of, as "the mapping queue"
	Keys []Key
}

// Key is a key and what it does.
type Key struct{ Key, Does string }

// Render writes it.
func (k Keys) Render(ctx context.Context, w io.Writer) error { return keys(k).Render(ctx, w) }
