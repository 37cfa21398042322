package cutovers

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/cutover"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/provider"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// typed is the form of a new run as it was filled in.
type typed struct{ name, old, fresh, day string }

// New is the form of a new run: which providers it may join, and why others cannot be chosen.
func (h Handlers) New(c echo.Context) error {
	return h.newForm(c, http.StatusOK,
		typed{old: c.QueryParam("old_provider_id"), fresh: c.QueryParam("new_provider_id")}, nil)
}

// Create begins a run.
func (h Handlers) Create(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	t := typed{name: form.Get("name"), old: form.Get("old_provider_id"), fresh: form.Get("new_provider_id"),
		day: form.Get("switch_day")}
	var id uuid.UUID
	b, err := t.beginning()
	if err == nil {
		id, err = h.Cutovers.Start(c.Request().Context(), session.Actor(c), b)
	}
	if messages, refused := httpx.Refused(err); refused {
		return h.newForm(c, http.StatusUnprocessableEntity, t, messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, path(id), "The cut-over has begun. Work through its gates from the top.")
}

func (t typed) beginning() (cutover.Beginning, error) {
	problems := errs.Fields{}
	b := cutover.Beginning{Name: t.name, OldProviderID: chosen(t.old), NewProviderID: chosen(t.fresh)}
	if b.OldProviderID == uuid.Nil {
		problems.Add("old_provider_id", "Choose the provider that the customers leave.")
	}
	if b.NewProviderID == uuid.Nil {
		problems.Add("new_provider_id", "Choose the provider that they move to.")
	}
	var err error
	if b.SwitchDay, err = clock.ParseDate(t.day); err != nil {
		problems.Add("switch_day", "Enter a date as 2026-03-31.")
	}
	return b, problems.Err()
}

func chosen(s string) uuid.UUID {
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil
	}
	return id
}

func (h Handlers) newForm(c echo.Context, status int, t typed, problems map[string]string) error {
	old, fresh, err := h.choices(c.Request().Context())
	if err != nil {
		return err
	}
	m := layout.Form{Page: session.Page(c, "New cut-over", nav),
		Form: ui.Form{Action: listPath, Save: "Begin the cut-over", Cancel: listPath}}
	m.Groups = []layout.FieldGroup{{Group: ui.Group{Title: "What moves where"}, Fields: []ui.Field{
		{Name: "name", Label: "Name", Value: t.name, Required: true, Error: problems["name"], Size: ui.Medium,
			Hint: "You type it again to finish the cut-over. As: Legacy to API v2, spring 2026."},
		{Kind: ui.SelectBox, Name: "old_provider_id", Label: "Old provider", Value: t.old, Required: true,
			Error: problems["old_provider_id"], Options: old,
			Hint: "A legacy or manual one. Do not change its connector: it keeps its accounts and its history."},
		{Kind: ui.SelectBox, Name: "new_provider_id", Label: "New provider", Value: t.fresh, Required: true,
			Error: problems["new_provider_id"], Options: fresh,
			Hint: "One that reads the distributor's own API. It may still be unverified: " +
				"verifying it is one of the gates."},
		{Kind: ui.DateInput, Name: "switch_day", Label: "Switch day", Value: t.day, Error: problems["switch_day"],
			Size: ui.Short, Hint: "The first day that belongs to the new subscriptions, for customers without one of " +
				"their own. May stay empty."},
	}}}
	m.Remark = &ui.Callout{Tone: ui.Info, Title: "What beginning does",
		Text: "New subscriptions of customers whose old ones still count are held back from billing until somebody " +
			"says what they are. Nothing else changes, and nothing is ever sent to the distributor."}
	m.Page.Narrow, m.Page.Crumbs = true, []layout.Crumb{{Label: nav, Href: listPath}}
	m.Summarize(problems)
	return httpx.Render(c, status, m.Show())
}

// choices are all providers, with the reason beside those that cannot be chosen.
func (h Handlers) choices(ctx context.Context) (old, fresh []ui.Option, err error) {
	rows, err := provider.Every(ctx, h.Cutovers.DB.Read(ctx))
	if err != nil {
		return nil, nil, err
	}
	open, err := cutover.Open(ctx, h.Cutovers.DB.Read(ctx))
	if err != nil {
		return nil, nil, err
	}
	busy := map[uuid.UUID]string{}
	for _, r := range open {
		busy[r.OldProviderID], busy[r.NewProviderID] = r.Name, r.Name
	}
	old, fresh = []ui.Option{{Label: "Choose"}}, []ui.Option{{Label: "Choose"}}
	for _, p := range rows {
		old = append(old, option(p.Provider, busy[p.ID], p.Connector == distributor.Stellr,
			"it reads the new API already"))
		fresh = append(fresh, option(p.Provider, busy[p.ID], p.Connector != distributor.Stellr, "not the new API"))
	}
	return old, fresh, nil
}

func option(p provider.Provider, busy string, unfit bool, why string) ui.Option {
	o := ui.Option{Value: p.ID.String(), Label: p.Name}
	switch {
	case busy != "":
		o.Disabled, o.Label = true, fmt.Sprintf("%s (in the open cut-over %s)", p.Name, busy)
	case unfit:
		o.Disabled, o.Label = true, fmt.Sprintf("%s (%s)", p.Name, why)
	case !p.Active:
		o.Label += " (deactivated)"
	}
	return o
}
