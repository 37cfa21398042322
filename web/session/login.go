package session

import (
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/errs"
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
	return httpx.Render(c, http.StatusOK, h.loginPage(c, loginInput{Next: next}, nil).Page())
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
	id := uuid.Must(uuid.NewV7())
	u, err := h.Auth.SignIn(c.Request().Context(),
		auth.Attempt{Email: in.Email, Password: in.Password, Address: c.RealIP(), Session: id})
	if err != nil {
		return h.loginRefused(c, in, err)
	}
	if err := h.Manager.begin(c, u, id); err != nil {
		return err
	}
	return httpx.SeeOther(c, in.Next)
}

func (h Handlers) loginRefused(c echo.Context, in loginInput, err error) error {
	var many *auth.TooMany
	switch {
	case errors.As(err, &many):
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(many.Wait.Seconds()))))
		says := map[string]string{"email": many.Says()}
		return httpx.Render(c, http.StatusTooManyRequests, h.loginPage(c, in, says).Page())
	case errs.KindOf(err) == errs.Invalid:
		return httpx.Render(c, http.StatusUnprocessableEntity, h.loginPage(c, in, errs.FieldsOf(err)).Page())
	}
	return err
}

func (h Handlers) loginPage(c echo.Context, in loginInput, problems map[string]string) views.Door {
	fields := []ui.Field{
		{Kind: ui.EmailInput, Name: "email", Label: "E-mail address", Value: in.Email, Autocomplete: "username",
			Autofocus: true, Required: true},
		{Kind: ui.PasswordInput, Name: "password", Label: "Password", Autocomplete: "current-password", Required: true},
	}
	d := h.door(c, "Sign in", fields, problems)
	d.Action, d.Button = LoginPath, "Sign in"
	d.Hidden = []ui.Pair{{Name: "next", Value: in.Next}}
	return d
}
