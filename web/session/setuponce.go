package session

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/web/at"
	"seatledger/web/httpx"
)

// FactorFirst leads who must set up a second factor by now to the page for it, whatever they ask for.
func (m *Manager) FactorFirst(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !MustSetUp(c) {
			return next(c)
		}
		if r := c.Request(); r.Method == http.MethodGet || r.Method == http.MethodHead {
			return httpx.SeeOther(c, at.Profile)
		}
		return errs.New(errs.Forbidden, "Your role needs a second factor, and you have none yet. Nothing was changed. "+
			"Set one up on your profile first.")
	}
}

// MustSetUp tells that somebody's role needs a second factor by now, and they have none.
func MustSetUp(c echo.Context) bool {
	must, _ := c.Get(setUpKey).(bool)
	return must
}
