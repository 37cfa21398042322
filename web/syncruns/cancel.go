package syncruns

import (
	"github.com/labstack/echo/v4"

	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Cancel asks a run to end.
func (h Handlers) Cancel(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.Sync.Cancel(c.Request().Context(), session.Actor(c), id); err != nil {
		return err
	}
	return httpx.Done(c, Path(id), "The run was asked to end. What was applied until then is kept.")
}
