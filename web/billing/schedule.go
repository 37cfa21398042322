package billing

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/billingrun"
	"seatledger/internal/contract"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/billing"
)

// Schedule asks whether drafts are prepared by themselves.
func (h Handlers) Schedule(c echo.Context) error {
	ctx := c.Request().Context()
	s, err := billingrun.ScheduleOf(ctx, h.DB.Read(ctx))
	if err != nil {
		return err
	}
	return h.schedule(c, s, nil, http.StatusOK)
}

func (h Handlers) schedule(c echo.Context, s billingrun.Schedule, problems map[string]string, status int) error {
	hours := make([]ui.Option, 24)
	for i := range hours {
		hours[i] = ui.Option{Value: strconv.Itoa(i), Label: strconv.Itoa(i) + ":00"}
	}
	m := view.Form{Page: session.Page(c, "Drafts by themselves", nav), Fields: []ui.Field{
		{Kind: ui.Toggle, Name: "on", Label: "Prepare the drafts on the day before they are due", Checked: s.On,
			Hint: "What is billed in arrears is prepared on the day itself, when its cycle has ended."},
		{Kind: ui.SelectBox, Name: "hour", Label: "From", Value: strconv.Itoa(s.Hour), Options: hours,
			Error: problems["hour"]}},
		Form: ui.Form{Action: path + "/schedule", Cancel: path}}
	if mayBill(c) {
		m.Form.Save = "Save the schedule"
	}
	m.Page.Lead = "A notice tells when drafts are ready. To bill them stays a person's step, but for contracts that are set " +
		"to go by themselves, on their day, while nothing about them is unusual."
	m.Page.Crumbs, m.Page.Narrow = crumbs[:1], true
	m.Summary = ui.Summarize(problems, m.Fields...)
	m.Page.HasErrors = m.Summary.Any()
	return httpx.Render(c, status, m.Show())
}

// SetSchedule saves it.
func (h Handlers) SetSchedule(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	s := billingrun.Schedule{On: form.On("on"), Hour: -1}
	if n, err := strconv.Atoi(form.Get("hour")); err == nil {
		s.Hour = n
	}
	err = h.Runs.SetSchedule(c.Request().Context(), session.Actor(c), s)
	if messages, refused := httpx.Refused(err); refused {
		return h.schedule(c, s, messages, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, path+"/schedule", "Saved.")
}

// ByItselfForm asks whether a contract is billed and sent by itself.
func (h Handlers) ByItselfForm(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	k, err := contract.Get(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	by, at, err := billingrun.ByItself(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	on := ui.Field{Kind: ui.Toggle, Name: "on", Label: "Bill and send by itself", Checked: by != "",
		Hint: "On the day it is due, while nothing is unusual, nothing must be confirmed and nothing is left out. Else it " +
			"waits for a person."}
	if by != "" {
		on.Hint += " Set by " + by + " on " + httpx.MomentText(at, h.Zone) + "."
	}
	m := view.Form{Page: session.Page(c, k.Name+": by itself", nav), Fields: []ui.Field{on},
		Form: ui.Form{Action: path + "/contracts/" + id.String() + "/by-itself", Save: "Save",
			Cancel: contractPath(id)}}
	m.Page.Crumbs, m.Page.Narrow = crumbs[:1], true
	return httpx.Render(c, http.StatusOK, m.Show())
}

// SetByItself says whether it is.
func (h Handlers) SetByItself(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	if err := h.Runs.SetByItself(c.Request().Context(), session.Actor(c), id, form.On("on")); err != nil {
		return err
	}
	return httpx.Done(c, path+"/contracts/"+id.String()+"/by-itself", "Saved.")
}
