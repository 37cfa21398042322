package subscriptions

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/subscriptions"
)

// dated is an estimated row whose date a person corrects.
type dated struct {
	subscription subscription.Subscription
	row          ledger.Entry
}

// DateForm asks for the right date of an estimated row.
func (h Handlers) DateForm(c echo.Context) error {
	d, err := h.dated(c)
	if err != nil {
		return err
	}
	return h.dateForm(c, http.StatusOK, d, httpx.Values{}, nil)
}

// CorrectDate sets the estimated row aside and writes one with the date typed (RULES 2).
func (h Handlers) CorrectDate(c echo.Context) error {
	d, err := h.dated(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	err = h.correct(c, d, form)
	if messages, ok := httpx.Refused(err); ok {
		return h.dateForm(c, http.StatusUnprocessableEntity, d, form, messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(d.subscription.ID)+"#ledger", "The date was corrected. The estimated row is set aside, and a row with the right date counts in its place.")
}

func (h Handlers) correct(c echo.Context, d dated, form httpx.Values) error {
	on, err := clock.ParseDate(form.Get("effective_at"))
	if err != nil {
		return errs.Fields{"effective_at": "Write the date as YYYY-MM-DD."}.Err()
	}
	return h.decisions().CorrectDate(c.Request().Context(), session.Actor(c), subscription.DateCorrection{
		ID: d.subscription.ID, Change: d.row.ID, On: on, Note: form.Get("note")})
}

func (h Handlers) dated(c echo.Context) (d dated, err error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return d, err
	}
	change, err := httpx.ID(c, "change")
	if err != nil {
		return d, err
	}
	ctx := c.Request().Context()
	if d.subscription, err = subscription.Get(ctx, h.DB.Read(ctx), id); err != nil {
		return d, err
	}
	rows, err := ledger.Of(ctx, h.DB.Read(ctx), id)
	for _, e := range rows {
		if e.ID == change {
			d.row = e
			return d, err
		}
	}
	if err == nil {
		err = errs.New(errs.NotFound, "This subscription has no such ledger row.")
	}
	return d, err
}

func (h Handlers) dateForm(c echo.Context, status int, d dated, typed httpx.Values, problems map[string]string) error {
	name := called(d.subscription.ProductName, d.subscription.ExternalID)
	back := recordPath(d.subscription.ID)
	m := view.DateForm{
		Page: session.Page(c, "Correct a date", nav),
		Facts: ui.DefinitionList{Items: []ui.Definition{
			{Term: "Subscription", Value: ui.LinkCell(name, back)}, ui.Fact("Event", eventText(d.row)),
			{Term: "Change", Value: ui.TextCell(changeText(d.row))}, {Term: "Estimated date", Value: ui.TextCell(d.row.EffectiveAt.String()), Note: "the day it was seen"},
		}},
		Form: ui.Form{Action: fmt.Sprintf("%s/changes/%s/date", back, d.row.ID), Save: "Correct date", Cancel: back},
	}
	on := d.row.EffectiveAt.String()
	if typed.Has("effective_at") {
		on = typed.Get("effective_at")
	}
	m.Fields = []ui.Field{
		{Kind: ui.DateInput, Name: "effective_at", Label: "Effective date", Value: on, Size: ui.Short, Required: true, Error: problems["effective_at"], Hint: "The first day on which the change holds."},
		{Name: "note", Label: "Note", Value: typed.Get("note"), Hint: "Where the date comes from, as an invoice of the distributor."},
	}
	m.Summary = ui.Summarize(problems, m.Fields...)
	m.Page.HasErrors, m.Page.Narrow = m.Summary.Any(), true
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}, {Label: name, Href: back}}
	return httpx.Render(c, status, m.Show())
}
