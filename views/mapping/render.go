package mapping

import (
	"context"
	"io"
)

// Render makes a Compare a templ component: the table alone.
func (c Compare) Render(ctx context.Context, w io.Writer) error {
	return compareTable(c).Render(ctx, w)
}
