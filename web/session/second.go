package session

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/errs"
	views "seatledger/views/session"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// CodeForm shows the second step of signing in.
func (h Handlers) CodeForm(c echo.Context) error {
	next := httpx.SafeNext(c.QueryParam("next"))
	if User(c).Role != "" {
		return httpx.SeeOther(c, next)
	}
	half, err := h.Auth.Half(c.Request().Context(), h.Manager.step(c))
	if errs.KindOf(err) == errs.Unauthenticated {
		return httpx.SeeOther(c, withNext(LoginPath, next))
	}
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, h.codePage(c, half, next, nil).Page())
}

// Code takes the second step.
func (h Handlers) Code(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	next, step := httpx.SafeNext(form.Get("next")), h.Manager.step(c)
	e, err := h.Auth.Complete(c.Request().Context(), auth.Second{Step: step, Code: form.Get("code"),
		Passkey: form.Get("passkey"), Address: c.RealIP()})
	if err == nil {
		return h.Manager.Enter(c, e, next)
	}
	status, says := refusal(c, err, "code")
	if says == nil {
		return err
	}
	half, err := h.Auth.Half(c.Request().Context(), step)
	if err != nil {
		return err
	}
	return httpx.Render(c, status, h.codePage(c, half, next, says).Page())
}

// refusal is how a wrong or throttled try is told at the door; no messages when it failed otherwise.
func refusal(c echo.Context, err error, field string) (int, map[string]string) {
	var many *auth.TooMany
	if errors.As(err, &many) {
		retryAfter(c, many.Wait)
		return http.StatusTooManyRequests, map[string]string{field: many.Says()}
	}
	if errs.KindOf(err) == errs.Invalid {
		return http.StatusUnprocessableEntity, errs.FieldsOf(err)
	}
	return 0, nil
}

func seconds(wait time.Duration) string { return strconv.Itoa(int(math.Ceil(wait.Seconds()))) }

func codeField(label, hint string) ui.Field {
	return ui.Field{Name: "code", Label: label, Hint: hint, Autocomplete: "one-time-code", Autofocus: true, Required: true,
		Size: ui.Medium}
}

func (h Handlers) codePage(c echo.Context, half auth.Halfway, next string, problems map[string]string) views.Door {
	field := codeField("Code of your authenticator app", "Six digits. If the app is lost, one of your recovery codes.")
	if !half.App {
		field = codeField("Recovery code", "One of those you kept when you set up your passkey.")
	}
	d := h.door(c, "One more step", []ui.Field{field}, problems)
	d.Frame.Lead = "Signing in as " + half.User.Email + "."
	d.Action, d.Button = CodePath, "Go on"
	d.Hidden = []ui.Pair{{Name: "next", Value: next}}
	if at, ok := h.Auth.PasskeysAt(); ok && half.Passkeys {
		d.Passkey = &ui.PasskeyForm{Action: CodePath, Ask: AskFactorPath, At: at.String(), Hidden: d.Hidden,
			Button: "Use a passkey", Without: "Passkeys need JavaScript, which is off here. Use a code.",
			Error: problems["passkey"]}
	}
	d.Links = []ui.LinkButton{{Text: "Begin again", Href: withNext(LoginPath, next), Weight: ui.Quiet}}
	return d
}

// AskFactor gives what a passkey is asked at the second step, for a script.
func (h Handlers) AskFactor(c echo.Context) error {
	return asked(c)(h.Auth.AskFactor(c.Request().Context(), h.Manager.step(c), c.RealIP()))
}

// AskAnybody gives what a passkey is asked on the sign-in page, for a script.
func (h Handlers) AskAnybody(c echo.Context) error {
	return asked(c)(h.Auth.AskAnybody(c.Request().Context(), c.RealIP()))
}

// AskProof gives what a passkey is asked of who is signed in, for a script.
func (h Handlers) AskProof(c echo.Context) error {
	return asked(c)(h.Auth.AskProof(c.Request().Context(), User(c), c.RealIP()))
}

// Asked answers a script with what a passkey is to be asked, or why not.
func Asked(c echo.Context, question []byte, err error) error { return asked(c)(question, err) }

func asked(c echo.Context) func([]byte, error) error {
	return func(question []byte, err error) error {
		var many *auth.TooMany
		if errors.As(err, &many) {
			retryAfter(c, many.Wait)
			return echo.NewHTTPError(http.StatusTooManyRequests)
		}
		if err != nil {
			return err
		}
		return c.JSONBlob(http.StatusOK, question)
	}
}

// Passkey signs in by a passkey alone.
func (h Handlers) Passkey(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := loginInput{Next: httpx.SafeNext(form.Get("next"))}
	e, err := h.Auth.EnterByPasskey(c.Request().Context(), form.Get("passkey"), c.RealIP())
	if err == nil {
		return h.Manager.Enter(c, e, in.Next)
	}
	status, says := refusal(c, err, "passkey")
	if says == nil {
		return err
	}
	return httpx.Render(c, status, h.loginPage(c, in, says).Page())
}
