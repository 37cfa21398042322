package cutovers

import (
	"context"
	"io"
)

// Render makes a Column a templ component.
func (c Column) Render(ctx context.Context, w io.Writer) error { return column(c).Render(ctx, w) }
