package session

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	views "seatledger/views/session"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// LoginForm shows the sign-in page; who is signed in goes straight on.
func (h Handlers) LoginForm(c echo.Context) error {
	next := httpx.SafeNext(c.QueryParam("next"))
	if User(c).Role != "" {
		return httpx.SeeOther(c, next)
	}
	d := h.loginPage(c, loginInput{Next: next}, nil)
	if c.QueryParam("chosen") != "" {
		d.Frame.Lead = "Your password was set. Sign in with it."
	}
	return httpx.Render(c, http.StatusOK, d.Page())
}

type loginInput struct {
	Email    string
	Password string
	Next     string
}

// Login checks the pair and begins a session.
func (h Handlers) Login(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := loginInput{form.Get("email"), form.Get("password"), httpx.SafeNext(form.Get("next"))}
	if !form.Has("next") {
		in.Next = httpx.SafeNext(c.QueryParam("next"))
	}
	e, err := h.Auth.SignIn(c.Request().Context(),
		auth.Attempt{Email: in.Email, Password: in.Password, Address: c.RealIP()})
	if err == nil {
		return h.Manager.Enter(c, e, in.Next)
	}
	status, says := refusal(c, err, "email")
	if says == nil {
		return err
	}
	return httpx.Render(c, status, h.loginPage(c, in, says).Page())
}

func (h Handlers) loginPage(c echo.Context, in loginInput, problems map[string]string) views.Door {
	fields := []ui.Field{
		{Kind: ui.EmailInput, Name: "email", Label: "E-mail address", Value: in.Email, Autocomplete: "username",
			Autofocus: true, Required: true},
		{Kind: ui.PasswordInput, Name: "password", Label: "Password", Autocomplete: "current-password",
			Required: true},
	}
	d := h.door(c, "Sign in", fields, problems)
	d.Action, d.Button = LoginPath, "Sign in"
	d.Hidden = []ui.Pair{{Name: "next", Value: in.Next}}
	d.Links = append(d.Links, ui.LinkButton{Text: "Forgotten password", Href: ForgottenPath, Weight: ui.Quiet})
	if h.Provider != nil {
		// What the provider is called is no reason to keep anybody from the form.
		if name, err := h.Provider(c.Request().Context()); err == nil && name != "" {
			d.Links = append(d.Links, ui.LinkButton{Text: "Sign in by " + name, Href: withNext(ProviderPath, in.Next)})
		}
	}
	if at, ok := h.Auth.PasskeysAt(); ok {
		d.Passkey = &ui.PasskeyForm{Action: PasskeyPath, Ask: AskAnybodyPath, At: at.String(), Hidden: d.Hidden,
			Button:  "Sign in with a passkey",
			Without: "Passkeys need JavaScript, which is off here. Use your password.",
			Error:   problems["passkey"]}
	}
	return d
}
