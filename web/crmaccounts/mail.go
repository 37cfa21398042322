package crmaccounts

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/letters"
	"seatledger/internal/settings"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Mail is how mail goes to a customer, as a form.
func (h Handlers) Mail(c echo.Context) error {
	a, err := h.account(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	in, err := letters.LoadCustomer(ctx, h.Accounts.DB.Read(ctx), a.ID)
	if err != nil {
		return err
	}
	return h.mailForm(c, http.StatusOK, in, nil, nil)
}

// SaveMail stores how mail goes to a customer.
func (h Handlers) SaveMail(c echo.Context) error {
	a, err := h.account(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	version := form.Version()
	in := letters.Customer{NoReminders: form.On("no_reminders"), Why: form.Get("why"), LinesCSV: form.Get("lines_csv"),
		Version: version}
	ctx := c.Request().Context()
	err = h.Letters.SaveCustomer(ctx, session.Actor(c), a.ID, in)
	switch {
	case errors.Is(err, settings.ErrStale):
		now, err := letters.LoadCustomer(ctx, h.Accounts.DB.Read(ctx), a.ID)
		if err != nil {
			return err
		}
		in.Version = now.Version
		return h.mailForm(c, http.StatusConflict, in, &now, nil)
	case errs.KindOf(err) == errs.Invalid:
		return h.mailForm(c, http.StatusUnprocessableEntity, in, nil, errs.FieldsOf(err))
	case err != nil:
		return err
	}
	return httpx.Done(c, recordPath(a.ID), "How mail goes to "+a.Name+" was saved.")
}

func (h Handlers) mailForm(c echo.Context, status int, in letters.Customer, now *letters.Customer,
	problems map[string]string) error {
	a, err := h.account(c)
	if err != nil {
		return err
	}
	here := recordPath(a.ID)
	m := layout.Form{Page: session.Page(c, "Mail to "+a.Name, nav), Groups: mailGroups(in, problems),
		Form: ui.Form{Action: here + "/mail", Version: strconv.Itoa(in.Version), Save: "Save", Cancel: here}}
	m.Page.Narrow = true
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}, {Label: a.Name, Href: here}}
	m.Page.Lead = "Recipients and language stand in each billing contract."
	m.Summarize(problems)
	if now != nil {
		m.Overtaken(mailGroups(*now, nil))
	}
	return httpx.Render(c, status, m.Show())
}

func mailGroups(in letters.Customer, problems map[string]string) []layout.FieldGroup {
	return []layout.FieldGroup{
		{Group: ui.Group{Title: "Reminders"}, Fields: []ui.Field{
			{Kind: ui.Checkbox, Name: "no_reminders", Label: "Send this customer no reminders",
				Checked: in.NoReminders},
			{Name: "why", Label: "Why", Value: in.Why, Error: problems["why"], Hint: "For those who wonder later."}}},
		{Group: ui.Group{Title: "Attachments"}, Fields: []ui.Field{
			{Kind: ui.SelectBox, Name: "lines_csv", Label: "Lines as a CSV file", Value: in.LinesCSV, Size: ui.Medium,
				Error: problems["lines_csv"], Options: []ui.Option{{Value: letters.Usual, Label: "As set for all"},
					{Value: letters.Yes, Label: "Always attach them"}, {Value: letters.No,
						Label: "Never attach them"}}}}},
	}
}
