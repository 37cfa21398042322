package providers

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/syncing"
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

// Deactivate stops a provider's syncs, a run under way included.
func (h Handlers) Deactivate(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), session.Actor(c)
	if err := h.Providers.Deactivate(ctx, by, id); err != nil {
		return err
	}
	text := "The provider was deactivated and syncs nothing. Its active subscriptions stay billable until they are retired."
	run, found, err := syncing.Unfinished(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	if found {
		// A run that has just ended by itself needs no cancelling.
		if err := h.Sync.Cancel(ctx, by, run.ID); err != nil && errs.KindOf(err) != errs.Conflict {
			return err
		}
		text += " The run under way was asked to end."
	}
	return httpx.Done(c, path(id), text)
}
