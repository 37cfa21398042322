package settings

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/secret"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

const secretsTitle = "Secrets"

func (h Handlers) dues() secret.Dues { return secret.Dues{DB: h.DB, Clock: h.Clock} }

// Secrets lists every stored secret, with who set it and when, and until when it is good.
func (h Handlers) Secrets(c echo.Context) error {
	return h.secretsPage(c, http.StatusOK, "", c.QueryParam("secret"), nil)
}

// SayExpiry keeps until when one is good.
func (h Handlers) SayExpiry(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	on, err := clock.ParseDate(form.Get("expires_on"))
	if err != nil {
		err = errs.Fields{"expires_on": "Enter a date as 2026-03-31, or leave it blank."}.Err()
	} else {
		err = h.dues().Say(c.Request().Context(), session.Actor(c), form.Get("secret"), on)
	}
	if messages, refused := httpx.Refused(err); refused {
		return h.secretsPage(c, http.StatusUnprocessableEntity, form.Get("expires_on"), form.Get("secret"), messages)
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, secretsPath, "Saved. The bell says so 30, 7 and 1 days before.")
}

func (h Handlers) secretsPage(c echo.Context, status int, on, chosen string, problems map[string]string) error {
	all, err := h.dues().All(c.Request().Context())
	if err != nil {
		return err
	}
	options := []ui.Option{{Value: "", Label: "Choose a secret"}}
	t := ui.Table{Caption: "Stored secrets", Plain: true, Columns: []ui.Column{{Label: "Secret"}, {Label: "Goes to"},
		{Label: "Set on", Nowrap: true}, {Label: "Expires", Nowrap: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No secret is stored",
			Text: "Secrets of providers, CRM sources, the mail server, the identity provider and API tokens stand " +
				"here."}}
	for _, d := range all {
		if d.Kind != "token" {
			options = append(options, ui.Option{Value: d.Key(), Label: d.Called()})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell(d.Called()), ui.TextCell(d.SentTo),
			made(h.moment(d.SetAt), d.SetBy), h.expiry(d)}})
	}
	fields := withProblems([]ui.Field{
		{Kind: ui.SelectBox, Name: "secret", Label: "Secret", Value: chosen, Options: options, Required: true},
		{Kind: ui.DateInput, Name: "expires_on", Label: "Expires on", Value: on,
			Hint: "As whoever issued it says. Blank takes it back. A new secret has its own."},
	}, problems)
	summary := ui.Summarize(problems, fields...)
	m := views.Tokens{Frame: h.frame(c, secretsTitle, summary), Tabs: tabs(c, secretsPath), Summary: summary, Table: t,
		Make: views.Edit{Form: ui.Form{Action: secretsPath, Save: "Save the expiry"}, Fields: fields}}
	m.Title = "Until when a secret is good"
	m.Frame.Lead = "None of them is ever shown, and each goes only to the servers that it was given for."
	return httpx.Render(c, status, m.Page())
}

func (h Handlers) expiry(d secret.Due) ui.Cell {
	if d.ExpiresAt == nil {
		return ui.Cell{Sub: "nobody has said"}
	}
	cell := ui.Of(h.moment(*d.ExpiresAt))
	switch left := d.ExpiresAt.Sub(h.Clock.Now()); {
	case left <= 0:
		cell.Badges = []ui.Badge{{Text: "expired", Tone: ui.Bad}}
	case left <= 30*24*time.Hour:
		cell.Badges = []ui.Badge{{Text: "soon", Tone: ui.Warn}}
	}
	return cell
}
