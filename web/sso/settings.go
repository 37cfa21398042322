package sso

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/settings"
	"seatledger/internal/sso"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Settings shows how the provider is set up.
func (h Handlers) Settings(c echo.Context) error {
	ctx := c.Request().Context()
	p, err := sso.Load(ctx, h.SSO.DB.Read(ctx))
	if err != nil {
		return err
	}
	return h.settingsPage(c, http.StatusOK, p, nil)
}

// Save stores it.
func (h Handlers) Save(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := sso.Input{Setup: sso.Setup{On: form.On("on"), Name: form.Get("name"), Issuer: form.Get("issuer"),
		TokenHost: form.Get("token_host"), ClientID: form.Get("client_id"), Claim: form.Get("claim"),
		Make: form.On("make"), TrustMFA: form.On("trust_mfa"), Passwords: sso.Passwords(form.Get("passwords")),
		Groups: map[auth.Role][]string{}},
		Secret: distributor.Secret(form.Get("client_secret")), SecretClear: form.On("client_secret_clear")}
	in.Saved.Version = form.Version()
	for _, r := range auth.Roles() {
		for g := range strings.SplitSeq(form.Get("groups_"+string(r)), "\n") {
			if g = strings.TrimSpace(g); g != "" {
				in.Groups[r] = append(in.Groups[r], g)
			}
		}
	}
	err = h.SSO.Save(c.Request().Context(), session.Actor(c), in)
	if messages, refused := httpx.Refused(err); refused {
		return h.settingsPage(c, http.StatusUnprocessableEntity, in.Setup, messages)
	}
	if errors.Is(err, settings.ErrStale) {
		return errs.New(errs.Conflict, "Somebody else saved this while you were editing. Nothing of yours was saved; "+
			"open the page again and compare.")
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, settingsPath, "The identity provider was saved. Try it in another browser before you "+
		"sign out.")
}

func (h Handlers) settingsPage(c echo.Context, status int, p sso.Setup, problems map[string]string) error {
	ctx := c.Request().Context()
	mark, err := sso.SecretMark(ctx, h.SSO.DB.Read(ctx))
	if err != nil {
		return err
	}
	m := h.page(c, "Single sign-on")
	m.Frame.Lead = "Sign in by an identity provider (OpenID Connect). Give it this address to lead back to: " + h.back()
	m.Fields = h.fields(p, mark)
	for i := range m.Fields {
		m.Fields[i].Error = problems[m.Fields[i].Name]
	}
	m.Summary = ui.Summarize(problems, m.Fields...)
	m.Frame.HasErrors = m.Summary.Any()
	m.Form = ui.Form{Action: settingsPath, Version: strconv.Itoa(p.Saved.Version), Save: "Save the provider",
		Cancel: at.Settings}
	return httpx.Render(c, status, m.Page())
}

func (h Handlers) fields(p sso.Setup, mark sso.Mark) []ui.Field {
	word := "Not set. A public client needs none."
	if mark.Set() {
		word = "Set on " + httpx.Moment(mark.SetAt, h.Zone).Text + " by " + mark.SetBy + ", for " + mark.SentTo +
			". Leave it blank to keep it."
	}
	fields := []ui.Field{
		{Kind: ui.Toggle, Name: "on", Label: "People sign in by the identity provider", Checked: p.On},
		{Name: "name", Label: "Its name", Value: p.Name, Hint: "On the button of the sign-in page, as Entra ID."},
		{Name: "issuer", Label: "Issuer", Value: p.Issuer, Hint: "https, exactly as its discovery document says."},
		{Name: "client_id", Label: "Client id", Value: p.ClientID},
		{Kind: ui.PasswordInput, Name: "client_secret", Label: "Client secret", Autocomplete: "off", Hint: word},
		{Kind: ui.Checkbox, Name: "client_secret_clear", Label: "Remove the stored secret"},
		{Name: "token_host", Label: "Host of its tokens, if another", Value: p.TokenHost,
			Hint: "The secret goes to the issuer's host, or to this one instead, and nowhere else."},
		{Name: "claim", Label: "Claim of the groups", Value: p.Claim, Required: true, Hint: "groups, or roles."},
	}
	for _, r := range auth.Roles() {
		fields = append(fields, ui.Field{Kind: ui.TextArea, Name: "groups_" + string(r), Label: "Groups of " +
			r.Label(),
			Value: strings.Join(p.Groups[r], "\n"), Hint: "One a line, as the claim names them. Roles follow them at " +
				"each sign-in; without any, roles are given here alone."})
	}
	return append(fields,
		ui.Field{Kind: ui.Checkbox, Name: "make", Label: "Make an account for whoever has none", Checked: p.Make,
			Hint: "Only where a group gives a role, and never in the place of an account with the same mail address."},
		ui.Field{Kind: ui.Checkbox, Name: "trust_mfa", Label: "Its second factor counts here", Checked: p.TrustMFA,
			Hint: "Where the token says so (amr: mfa), none of ours is asked."},
		ui.Field{Kind: ui.RadioGroup, Name: "passwords", Label: "Who may sign in with a password beside it",
			Value: string(p.Passwords), Required: true, Options: []ui.Option{
				{Value: string(sso.ForAll), Label: "Everybody who has one"},
				{Value: string(sso.ForAdmins), Label: "Administrators"},
				{Value: string(sso.ForNobody), Label: "Nobody", Hint: "When the provider is down, the verb " +
					"“seatledger user break-glass” lets administrators in by password for an hour."}}})
}
