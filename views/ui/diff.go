package ui

import (
	"context"
	"io"
)

// DiffTable sets two versions of a record side by side, field by field. Changed
// rows are marked by sign and colour.
type DiffTable struct {
	Caption string
	Before  string // head of the left column; "Before" when empty
	After   string // head of the right column; "After" when empty
	Rows    []Diff
}

// Diff is one field in both versions.
type Diff struct{ Field, Before, After string }

// Render makes a DiffTable a templ component.
func (d DiffTable) Render(ctx context.Context, w io.Writer) error { return diffTable(d).Render(ctx, w) }

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func (d Diff) changed() bool { return d.Before != d.After }
