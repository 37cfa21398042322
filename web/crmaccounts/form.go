package crmaccounts

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// New is the empty form; parent_id in the address fills in the parent.
func (h Handlers) New(c echo.Context) error {
	in := crm.Input{Parent: c.QueryParam("parent_id")}
	return h.form(c, http.StatusOK, sheet{input: in})
}

// Create saves a new account.
func (h Handlers) Create(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := input(form)
	made, err := h.Accounts.Create(c.Request().Context(), session.Actor(c), in)
	if errs.KindOf(err) == errs.Invalid {
		return h.form(c, http.StatusUnprocessableEntity, sheet{input: in, problems: errs.FieldsOf(err)})
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, recordPath(made.ID), made.Name+" was created.")
}

// Edit is the form of a standing account.
func (h Handlers) Edit(c echo.Context) error {
	a, err := h.account(c)
	if err != nil {
		return err
	}
	return h.form(c, http.StatusOK, sheet{account: &a, input: inputOf(a)})
}

// Update saves a changed account. A form that somebody else has overtaken comes back with both versions.
func (h Handlers) Update(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	a, err := h.account(c)
	if err != nil {
		return err
	}
	in := input(form)
	version := form.Version()
	err = h.Accounts.Update(c.Request().Context(), session.Actor(c), crm.Edit{ID: a.ID, Version: version, Input: in})
	switch {
	case errors.Is(err, crm.ErrStale):
		return h.form(c, http.StatusConflict, sheet{account: &a, input: in, stale: true})
	case errs.KindOf(err) == errs.Invalid:
		a.Version = version
		return h.form(c, http.StatusUnprocessableEntity, sheet{account: &a, input: in, problems: errs.FieldsOf(err)})
	case err != nil:
		return err
	}
	return httpx.Done(c, recordPath(a.ID), in.Name+" was saved.")
}

func (h Handlers) account(c echo.Context) (crm.Account, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return crm.Account{}, err
	}
	ctx := c.Request().Context()
	return crm.Get(ctx, h.Accounts.DB.Read(ctx), id)
}

func input(form httpx.Values) crm.Input {
	return crm.Input{Facts: crm.Facts{
		ExternalID: form.Get("external_id"), Name: form.Get("name"), Website: form.Get("website"),
		EmailDomains: form.Get("email_domains"),
		TenantID:     form.Get("tenant_id"), Street: form.Get("street"), City: form.Get("city"),
		State:      form.Get("state"),
		PostalCode: form.Get("postal_code"), Country: form.Get("country"), Phone: form.Get("phone"),
		TaxID: form.Get("tax_id"),
	}, Parent: form.Get("parent_id"), BillToParent: form.On("bill_to_parent")}
}

func inputOf(a crm.Account) crm.Input {
	in := crm.Input{Facts: a.Facts, BillToParent: a.BillToParent}
	if a.ParentID.Valid {
		in.Parent = a.ParentID.UUID.String()
	}
	return in
}

// sheet is a form as it stands: of which account, with which values and problems.
type sheet struct {
	account  *crm.Account // nil: a new one
	input    crm.Input
	problems map[string]string
	stale    bool
}

func (h Handlers) form(c echo.Context, status int, s sheet) error {
	parents, err := crm.Choices(h.Accounts.DB.Read(c.Request().Context()), maxChoices)
	if err != nil {
		return err
	}
	m := layout.Form{Page: session.Page(c, "New CRM account", nav), Groups: groups(s, parents)}
	m.Form = ui.Form{Action: path, Save: "Create account", Cancel: path}
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}}
	if a := s.account; a != nil {
		m.Page.Title = "Edit " + a.Name
		m.Page.Crumbs = append(m.Page.Crumbs, layout.Crumb{Label: a.Name, Href: recordPath(a.ID)})
		m.Form = ui.Form{Action: recordPath(a.ID), Version: strconv.Itoa(a.Version), Save: "Save account",
			Cancel: recordPath(a.ID)}
	}
	if s.stale {
		now := s
		now.input = inputOf(*s.account)
		m.Overtaken(groups(now, parents))
	}
	m.Summarize(s.problems)
	m.Page.Narrow = true
	return httpx.Render(c, status, m.Show())
}

// maxChoices is how many accounts a select may hold; beyond that a person types the name.
const maxChoices = 500

// Picker is the control for one CRM account: a select, or a line of text where
// there are too many accounts or what was typed is none of them.
func Picker(f ui.Field, choices []crm.Choice) ui.Field {
	id, err := uuid.Parse(f.Value)
	known := f.Value == ""
	options := []ui.Option{{Value: "", Label: "None"}}
	if f.Required {
		options[0].Label = "Choose an account"
	}
	for _, x := range choices {
		label := x.Name
		if x.ExternalID != "" {
			label += " (" + x.ExternalID + ")"
		}
		options = append(options, ui.Option{Value: x.ID.String(), Label: label})
		known = known || err == nil && x.ID == id
	}
	if len(choices) == 0 || !known {
		f.Kind = ui.TextInput
		f.Hint += " Type its name, external id or id."
		return f
	}
	f.Kind, f.Options = ui.SelectBox, options
	return f
}
