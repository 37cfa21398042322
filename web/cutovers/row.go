package cutovers

import (
	"context"
	"io"

	"github.com/a-h/templ"

	view "seatledger/views/cutovers"
)

// row is parts one after the other.
type row []templ.Component

// Render makes a row a templ component.
func (r row) Render(ctx context.Context, w io.Writer) error { return view.Row(r).Render(ctx, w) }
