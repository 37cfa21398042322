package providers

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/distributor"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Verify checks the connection within this request and shows the result on the provider's page.
func (h Handlers) Verify(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	check, err := h.Providers.Verify(c.Request().Context(), session.Actor(c), id)
	if err != nil {
		return err
	}
	tone, text := verdict(check)
	httpx.Tell(c, tone, text)
	return httpx.SeeOther(c, path(id))
}

// verdict is the check in a sentence: that of the first layer that did not pass.
func verdict(check distributor.Check) (ui.Tone, string) {
	result := check.Result()
	for _, l := range check.Layers {
		if l.Result != result || result == distributor.Passed {
			continue
		}
		text := l.Message
		if l.Advice != "" {
			text += " " + l.Advice
		}
		if result == distributor.Failed {
			return ui.Bad, "Connectivity failed at “" + layerTitle(l.Name) + "”: " + text
		}
		return ui.Warn, "Connected, with a warning: " + text
	}
	return ui.Good, "Connectivity verified. Sync the provider accounts next."
}
