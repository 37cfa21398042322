package crmsources

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/crmsource"
	"seatledger/internal/distributor"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Verify checks the connection within this request and shows the result on the source's page.
func (h Handlers) Verify(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	check, err := h.Sources.Verify(c.Request().Context(), session.Actor(c), id)
	if err != nil {
		return err
	}
	httpx.Tell(c, verdictTone(check), verdict(check))
	return httpx.SeeOther(c, path(id))
}

func verdictTone(check distributor.Check) ui.Tone {
	switch check.Result() {
	case distributor.Failed:
		return ui.Bad
	case distributor.Warned:
		return ui.Warn
	}
	return ui.Good
}

// verdict is the check in a sentence: that of the first layer that did not pass.
func verdict(check distributor.Check) string {
	for _, l := range check.Layers {
		if l.Result != check.Result() || l.Result == distributor.Passed {
			continue
		}
		if l.Result == distributor.Failed {
			return "Connectivity failed at “" + layerTitle(l.Name) + "”: " + joined(l.Message, l.Advice)
		}
		return "Connected, with a warning: " + joined(l.Message, l.Advice)
	}
	return "Connectivity verified. Read the source next."
}

// Read queues a reading, or leads to the one under way.
func (h Handlers) Read(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	run, found, err := h.Sources.Request(c.Request().Context(), session.Actor(c), crmsource.Request{
		Source: id, Trigger: crmsource.ByPerson, Whole: form.On("whole"), AllowGone: form.On("allow_gone")})
	if err != nil {
		return err
	}
	if found {
		httpx.Tell(c, ui.Info, "A reading of this source is under way already: this one. "+
			"Start another when it has ended.")
	}
	return httpx.SeeOther(c, runPath(id, run.ID))
}

// Activate lets a source be read again.
func (h Handlers) Activate(c echo.Context) error {
	return h.setActive(c, true, "The source is active again.")
}

// Deactivate stops a source from being read.
func (h Handlers) Deactivate(c echo.Context) error {
	return h.setActive(c, false, "The source was deactivated and is not read any more. What it brought stays.")
}

func (h Handlers) setActive(c echo.Context, active bool, says string) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.Sources.SetActive(c.Request().Context(), session.Actor(c), id, active); err != nil {
		return err
	}
	return httpx.Done(c, path(id), says)
}

// Cancel asks a reading to end.
func (h Handlers) Cancel(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	run, err := httpx.ID(c, "run")
	if err != nil {
		return err
	}
	if err := h.Sources.Cancel(c.Request().Context(), session.Actor(c), id, run); err != nil {
		return err
	}
	return httpx.Done(c, runPath(id, run), "The reading was asked to end. What was applied until then is kept.")
}
