package session

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/errs"
	views "seatledger/views/session"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
)

// ForgottenForm asks who forgot their password.
func (h Handlers) ForgottenForm(c echo.Context) error {
	ready, err := h.Access.ByMail(c.Request().Context())
	if err != nil {
		return err
	}
	d := h.forgottenPage(c, "", nil)
	switch {
	case !ready:
		d.Fields, d.Button = nil, ""
		d.Frame.Lead = "No mail goes out from here. Ask an administrator: they set a new password for you."
	case c.QueryParam("asked") != "":
		d.Fields, d.Button = nil, ""
		d.Frame.Lead = "If somebody signs in with that address, a mail is on its way to them. " +
			"Its link opens for 30 minutes, once."
	}
	return httpx.Render(c, http.StatusOK, d.Page())
}

// Forgotten takes the address. The answer is the same whether there is such a person or not.
func (h Handlers) Forgotten(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ctx, email := c.Request().Context(), form.Get("email")
	ready, err := h.Access.ByMail(ctx)
	if err != nil {
		return err
	}
	if !ready {
		return errs.New(errs.Conflict,
			"No mail goes out from here, so nothing was sent. Ask an administrator for a new password.")
	}
	if err = h.Auth.Forgot(ctx, email, c.RealIP()); err == nil {
		return httpx.SeeOther(c, ForgottenPath+"?asked=1")
	}
	status, says := refusal(c, err, "email")
	if says == nil {
		return err
	}
	return httpx.Render(c, status, h.forgottenPage(c, email, says).Page())
}

func (h Handlers) forgottenPage(c echo.Context, email string, problems map[string]string) views.Door {
	d := h.door(c, "Forgotten password", []ui.Field{{Kind: ui.EmailInput, Name: "email", Label: "E-mail address",
		Value: email, Autocomplete: "username", Autofocus: true, Required: true,
		Hint: "The one you sign in with."}}, problems)
	d.Action, d.Button = ForgottenPath, "Send me a link"
	d.Links = []ui.LinkButton{{Text: "Back to sign-in", Href: LoginPath, Weight: ui.Quiet}}
	return d
}

// LinkForm lets the reader of a mail choose a password. Looking uses the link up for nobody.
func (h Handlers) LinkForm(c echo.Context) error {
	token := c.QueryParam("token")
	l, err := h.Auth.Look(c.Request().Context(), token)
	if errors.Is(err, auth.ErrLinkOver) {
		return h.linkOver(c)
	}
	if err != nil {
		return err
	}
	if l.Purpose == auth.Factor {
		return h.factorLinkPage(c, l, token)
	}
	return httpx.Render(c, http.StatusOK, h.linkPage(c, l, token, nil).Page())
}

// Link takes the password.
func (h Handlers) Link(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	ctx, token := c.Request().Context(), form.Get("token")
	if u := User(c); u.Role != "" && form.Get("new_password") == "" {
		err := h.Auth.UseFactorLink(ctx, token, u, Hash(c))
		if errors.Is(err, auth.ErrLinkOver) {
			return h.linkOver(c)
		}
		if err != nil {
			return err
		}
		return httpx.Done(c, at.Profile, "You may set up a second factor now, in this browser, for an hour.")
	}
	_, err = h.Auth.UseLink(ctx, token, form.Get("new_password"), c.RealIP())
	if err == nil {
		return httpx.SeeOther(c, LoginPath+"?chosen=1")
	}
	messages, refused := httpx.Refused(err)
	if errors.Is(err, auth.ErrLinkOver) {
		return h.linkOver(c)
	}
	if !refused {
		return err
	}
	l, err := h.Auth.Look(ctx, token)
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusUnprocessableEntity, h.linkPage(c, l, token, messages).Page())
}

func (h Handlers) linkPage(c echo.Context, l auth.Link, token string, problems map[string]string) views.Door {
	d := h.door(c, "Choose a password", []ui.Field{{Kind: ui.PasswordInput, Name: "new_password",
		Label:        "New password",
		Autocomplete: "new-password", Autofocus: true, Required: true,
		Hint: "At least 8 characters; a few words in a row are good."}}, problems)
	d.Frame.Lead = "For " + l.User.Email + ". All sessions of that person end."
	if l.Purpose == auth.Invite {
		d.Frame.Lead = "Welcome, " + l.User.Name + ". You sign in with " + l.User.Email + "."
	}
	d.Action, d.Button = LinkPath, "Set password"
	d.Hidden = []ui.Pair{{Name: "token", Value: token}}
	return d
}

// factorLinkPage lets who is signed in go on to set up a second factor. Others sign in first: the link alone is no
// way in.
func (h Handlers) factorLinkPage(c echo.Context, l auth.Link, token string) error {
	if User(c).Role == "" {
		return httpx.SeeOther(c, withNext(LoginPath, LinkPath+"?"+url.Values{"token": {token}}.Encode()))
	}
	if User(c).ID != l.User.ID {
		return errs.Newf(errs.Forbidden, "This link is for %s, and you are signed in as somebody else. Nothing was "+
			"changed. Sign out first.", l.User.Email)
	}
	d := h.door(c, "Set up a second factor", nil, nil)
	d.Frame.Lead = "For " + l.User.Email + ". If you asked for this link, go on: this browser may set up an app or a " +
		"passkey for an hour. If you did not, somebody knows your password: do not go on, choose a new password and " +
		"tell an administrator."
	d.Action, d.Button = LinkPath, "Go on"
	d.Hidden = []ui.Pair{{Name: "token", Value: token}}
	return httpx.Render(c, http.StatusOK, d.Page())
}

func (h Handlers) linkOver(c echo.Context) error {
	d := h.door(c, "This link opens nothing", nil, nil)
	d.Frame.Lead = "It was used already, is too old, or a later one took its place. Nothing was changed. " +
		"Who was invited asks an administrator for another one."
	d.Links = []ui.LinkButton{{Text: "Ask for a new password", Href: ForgottenPath},
		{Text: "Sign in", Href: LoginPath, Weight: ui.Quiet}}
	return httpx.Render(c, http.StatusConflict, d.Page())
}
