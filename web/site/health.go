package site

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/app"
	"seatledger/internal/errs"
)

func isHealth(path string) bool { return path == "/healthz" || path == "/readyz" }

// health tells a supervisor whether the process lives, and whether it can be used.
func health(e *echo.Echo, a *app.App) {
	alive := func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }
	ready := func(c echo.Context) error {
		if err := a.Ready(c.Request().Context()); err != nil {
			return c.String(http.StatusServiceUnavailable, "not ready: "+errs.Public(err)+"\n")
		}
		return c.String(http.StatusOK, "ready\n")
	}
	for path, h := range map[string]echo.HandlerFunc{"/healthz": alive, "/readyz": ready} {
		e.GET(path, h)
		e.HEAD(path, h)
	}
}
