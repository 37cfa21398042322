package session

import (
	"github.com/labstack/echo/v4"

	"seatledger/web/httpx"
)

// Logout ends the session, here and in the browser.
func (h Handlers) Logout(c echo.Context) error {
	if u := User(c); u.Role != "" {
		if err := h.Auth.SignedOut(c.Request().Context(), u); err != nil {
			return err
		}
	}
	if err := h.Manager.end(c); err != nil {
		return err
	}
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return httpx.SeeOther(c, LoginPath)
}
