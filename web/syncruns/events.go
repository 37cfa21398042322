package syncruns

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/syncing"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Events streams a run's progress until it ends, the reader leaves, or the session
// would no longer be let in. It only reads the run's row, so any replica can serve it.
func (h Handlers) Events(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx, hash := c.Request().Context(), session.Hash(c)
	return httpx.Follow(c, func() bool { return h.Sessions.StillValid(ctx, hash) }, func() (httpx.Progress, error) {
		run, err := syncing.Get(ctx, h.DB.Read(ctx), id)
		return progressOf(run), err
	})
}
