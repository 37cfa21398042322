package cutovers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/cutover"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/cutovers"
)

// ConfirmFinish asks before a run is finished: from then on no step can be taken back.
func (h Handlers) ConfirmFinish(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	return h.finishPage(c, run, http.StatusOK, nil)
}

func (h Handlers) finishPage(c echo.Context, run cutover.Run, status int, problems map[string]string) error {
	ctx := c.Request().Context()
	gates, err := h.Cutovers.Gates(ctx, h.Cutovers.DB.Read(ctx), run.ID)
	if err != nil {
		return err
	}
	left := 0
	for _, g := range gates {
		if g.State == cutover.GateOpen || g.State == cutover.GateBlocked {
			left++
		}
	}
	m := view.Ask{Page: session.Page(c, "Finish "+run.Name, nav),
		Fields: []ui.Field{{Name: "name", Label: "Type " + run.Name + " to finish", Error: problems["name"],
			Required: true, Size: ui.Medium}},
		Form: ui.ConfirmForm{Action: path(run.ID) + "/finish", Title: "What this does", Button: "Finish the cut-over",
			Cancel: path(run.ID),
			Text: "The cut-over ends and its proof stays as the final report. " +
				"From then on no step can be taken back: pairs, reassigned history and ended subscriptions stay as " +
				"they are.",
			Effects: []ui.Definition{ui.Fact("Gates", itoa(len(gates))), ui.Fact("Not done yet", itoa(left))}}}
	if left > 0 {
		m.Remarks = []ui.Callout{{Tone: ui.Warn, Title: words.Counted(left, "gate is", "gates are") + " not done yet",
			Text: "Finishing is refused until each is. They are listed on the page of the cut-over, with the way to " +
				"the work."}}
	}
	m.Summary = ui.Summarize(problems, m.Fields...)
	m.Page.Narrow, m.Page.HasErrors, m.Page.Crumbs = true, m.Summary.Any(), crumbs(run)
	return httpx.Render(c, status, m.Show())
}

// Finish ends a run.
func (h Handlers) Finish(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	err = h.Cutovers.Finish(c.Request().Context(), session.Actor(c), run.ID, form.Get("name"))
	if messages, refused := httpx.Refused(err); refused {
		return h.finishPage(c, run, http.StatusUnprocessableEntity, messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, path(run.ID)+"/proof",
		"The cut-over is finished. This is its final report: print it or keep its CSV.")
}

// ConfirmAbandon asks before a run is given up.
func (h Handlers) ConfirmAbandon(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	m := view.Ask{Page: session.Page(c, "Abandon "+run.Name, nav),
		Form: ui.ConfirmForm{Action: path(run.ID) + "/abandon", Title: "What this does", Button: "Abandon the cut-over",
			Cancel: path(run.ID),
			Text: "The cut-over ends without moving anybody. Both providers stay as they are. " +
				"New subscriptions that wait as possible twins wait on, until somebody decides each of them. " +
				"Refused while a customer is confirmed or further: take those steps back first."}}
	m.Page.Narrow, m.Page.Crumbs = true, crumbs(run)
	return httpx.Render(c, http.StatusOK, m.Show())
}

// Abandon gives a run up.
func (h Handlers) Abandon(c echo.Context) error {
	run, err := h.run(c)
	if err != nil {
		return err
	}
	if err := h.Cutovers.Abandon(c.Request().Context(), session.Actor(c), run.ID); err != nil {
		return err
	}
	return httpx.Done(c, path(run.ID), "The cut-over was abandoned. Nobody was moved.")
}
