package syncruns

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/syncing"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Retry queues a run of what failed. allow_gone says that a person agrees to what
// the guard stopped; it means nothing for any other run and is refused there.
func (h Handlers) Retry(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	was, err := syncing.Get(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	waiting, err := syncing.Waiting(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	if form.On("allow_gone") && was.State != syncing.Stopped && waiting == 0 {
		return errs.New(errs.Conflict,
			"Only a run that the guard stopped can be repeated with what is missing marked as gone. "+
				"Nothing was changed.")
	}
	run, found, err := h.Sync.Retry(ctx, session.Actor(c), id, form.On("allow_gone"))
	if err != nil {
		return err
	}
	if found {
		httpx.Tell(c, ui.Info, "A sync of this provider is under way already: this one. Retry again when it has ended.")
	}
	return httpx.SeeOther(c, Path(run.ID))
}
