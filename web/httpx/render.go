package httpx

import (
	"fmt"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
)

// Render writes a view as one answer. It is rendered into a buffer first, so that
// an error half-way gives an error page and not a truncated 200. The buffer is one of
// templ's own, which has grown to what pages are long.
func Render(c echo.Context, status int, view templ.Component) error {
	b := templ.GetBuffer()
	defer templ.ReleaseBuffer(b)
	if err := view.Render(c.Request().Context(), b); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	c.Response().Header().Set(echo.HeaderContentLength, strconv.Itoa(b.Len()))
	return c.HTMLBlob(status, b.Bytes())
}
