package site

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/trace"
)

// traced follows a request by its route, never by its address. What a client says of a trace of its own is not
// believed: everybody could fill ours.
func traced(t *trace.Tracer) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		if t == nil {
			return next
		}
		return func(c echo.Context) error {
			r := c.Request()
			ctx, span := t.Start(r.Context(), trace.Serves, r.Method)
			c.SetRequest(r.WithContext(ctx))
			err := next(c)
			if err != nil {
				c.Error(err)
			}
			status, route := c.Response().Status, c.Path()
			span.Name(r.Method + " " + route)
			span.End(status >= http.StatusInternalServerError, "http.request.method", r.Method, "http.route", route,
				"http.response.status_code", strconv.Itoa(status))
			return nil
		}
	}
}
