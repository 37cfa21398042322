package providers

import (
	"github.com/labstack/echo/v4"

	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Activate lets a provider sync again.
func (h Handlers) Activate(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.Providers.Activate(c.Request().Context(), session.Actor(c), id); err != nil {
		return err
	}
	return httpx.Done(c, path(id), "The provider is active again. It takes part in the next nightly sync.")
}
