package session

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/errs"
	views "seatledger/views/session"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
)

// NewSetupCode makes the one-time code of a start whose listener others can reach.
// Only who reads the log can make the first admin.
func NewSetupCode() string { return rand.Text() }

// SetupForm shows the first-admin page, while there is no user.
func (h Handlers) SetupForm(c echo.Context) error {
	if settled, err := h.Manager.isSettled(c); err != nil || settled {
		return orLogin(c, err)
	}
	return httpx.Render(c, http.StatusOK, h.setupPage(c, auth.NewUser{}, nil).Page())
}

// Setup makes the first admin and signs them in.
func (h Handlers) Setup(c echo.Context) error {
	if settled, err := h.Manager.isSettled(c); err != nil || settled {
		return orTaken(err)
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := auth.NewUser{Name: form.Get("name"), Email: form.Get("email"), Password: form.Get("password")}
	if !h.Manager.setups.mayTry(auth.Place(c.RealIP()), h.Manager.o.Clock.Now()) {
		return echo.NewHTTPError(http.StatusTooManyRequests)
	}
	u, err := h.firstAdmin(c, in, form.Get("code"))
	if errs.KindOf(err) == errs.Invalid {
		return httpx.Render(c, http.StatusUnprocessableEntity, h.setupPage(c, in, errs.FieldsOf(err)).Page())
	}
	if err != nil {
		return err
	}
	if err := h.Manager.begin(c, u, uuid.Must(uuid.NewV7()), h.Manager.shown(auth.ByPassword, false)); err != nil {
		return err
	}
	return httpx.Done(c, at.NextStep, "Welcome. You are the administrator of this Seatledger. The first step is a provider; "+
		"all of them stand on the dashboard.")
}

func (h Handlers) firstAdmin(c echo.Context, in auth.NewUser, code string) (auth.User, error) {
	if !h.codeFits(code) {
		err := h.Manager.store.Refused(c.Request().Context(), c.RealIP(), "a wrong code of the first-admin page")
		if err != nil {
			return auth.User{}, err
		}
		f := errs.Fields{}
		f.Add("code", "This is not the code that was printed in the log at the last start.")
		return auth.User{}, f.Err()
	}
	return h.Auth.FirstAdmin(c.Request().Context(), in)
}

func (h Handlers) codeFits(code string) bool {
	typed := strings.ToUpper(strings.TrimSpace(code))
	return h.SetupCode == "" || subtle.ConstantTimeCompare([]byte(typed), []byte(h.SetupCode)) == 1
}

func orLogin(c echo.Context, err error) error {
	if err != nil {
		return err
	}
	return httpx.SeeOther(c, LoginPath)
}

func orTaken(err error) error {
	if err != nil {
		return err
	}
	return errs.New(errs.Conflict, "The first admin has been made already. Sign in instead.")
}

func (h Handlers) setupPage(c echo.Context, in auth.NewUser, problems map[string]string) views.Door {
	fields := []ui.Field{
		{Name: "name", Label: "Your name", Value: in.Name, Autocomplete: "name", Autofocus: true, Required: true},
		{Kind: ui.EmailInput, Name: "email", Label: "E-mail address", Value: in.Email, Hint: "You sign in with it.",
			Autocomplete: "username", Required: true},
		{Kind: ui.PasswordInput, Name: "password", Label: "Password",
			Hint: "At least 8 characters; a few words in a row are good.", Autocomplete: "new-password",
			Required: true},
	}
	if h.SetupCode != "" {
		fields = append(fields, ui.Field{Name: "code", Label: "One-time code",
			Hint: "Printed in the log when Seatledger started: others can reach this page too.", Required: true})
	}
	d := h.door(c, "Make the first administrator", fields, problems)
	d.Frame.Lead = "This Seatledger has no users yet. The first one may do everything, and lets the others in."
	d.Action, d.Button = SetupPath, "Create administrator"
	return d
}
