package billing

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/billingrun"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/billing"
)

// LeaveOutForm asks why a contract is left out, and until when.
func (h Handlers) LeaveOutForm(c echo.Context) error {
	return h.leaveOut(c, nil, nil, http.StatusOK)
}

func (h Handlers) leaveOut(c echo.Context, form httpx.Values, problems map[string]string, status int) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	k, err := contract.Get(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	m := view.Form{Page: session.Page(c, "Leave "+k.Name+" out", nav), Fields: []ui.Field{
		{Name: "reason", Label: "Reason", Required: true, Value: form.Get("reason"), Error: problems["reason"],
			Hint: "Such as: the customer disputes it, a new price is being agreed."},
		{Kind: ui.DateInput, Name: "until", Label: "Until", Value: form.Get("until"), Error: problems["until"],
			Size: ui.Short, Hint: "The first day on which runs take it again. Blank: until somebody takes it in."}},
		Form: ui.Form{Action: path + "/contracts/" + id.String() + "/leave-out", Save: "Leave it out", Cancel: path}}
	m.Page.Lead = "Runs pass it by; its days stay due, and its money stands under Left out. It can still be billed by hand."
	m.Page.Crumbs, m.Page.Narrow = crumbs[:1], true
	m.Summary = ui.Summarize(problems, m.Fields...)
	m.Page.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Show())
}

// LeaveOut keeps runs from a contract.
func (h Handlers) LeaveOut(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	until, err := clock.ParseDate(form.Get("until"))
	if err != nil {
		err = errs.Fields{"until": "Enter a date as 2026-03-31."}.Err()
	} else {
		err = h.Runs.LeaveOut(c.Request().Context(), session.Actor(c),
			billingrun.Pause{ContractID: id, Reason: form.Get("reason"), UntilOn: until})
	}
	if messages, refused := httpx.Refused(err); refused {
		return h.leaveOut(c, form, messages, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, path, "Left out. It stands under Left out, with its money.")
}

// TakeIn lets runs have a contract again.
func (h Handlers) TakeIn(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.Runs.TakeIn(c.Request().Context(), session.Actor(c), id); err != nil {
		return err
	}
	return httpx.Done(c, path, "Taken in again: runs bill it.")
}
