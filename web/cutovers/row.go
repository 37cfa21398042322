package cutovers

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// row is parts one after the other.
type row []templ.Component

// Render makes a row a templ component.
func (r row) Render(ctx context.Context, w io.Writer) error {
	for _, part := range r {
		if err := part.Render(ctx, w); err != nil {
			return err
		}
	}
	return nil
}
