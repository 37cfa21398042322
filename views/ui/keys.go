package ui

import (
	"context"
	"io"
)

// Keys tells which single keys press what.
type Keys struct {
	Of   string // what they are keys of, as "The mapping queue"
	Keys []Key
}

// FoldedKeys are the keys of one page, folded. The page stands in an element with data-keys: there a key that is
// pressed for something else on other pages does what it says here.
type FoldedKeys Keys

// Key is a key and what it does.
type Key struct{ Key, Does string }

// Render writes them.
func (k Keys) Render(ctx context.Context, w io.Writer) error { return keys(k).Render(ctx, w) }

// Render writes them.
func (k FoldedKeys) Render(ctx context.Context, w io.Writer) error {
	return foldedKeys(k).Render(ctx, w)
}
