package settings

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/errs"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// NewUser shows the form for a user.
func (h Handlers) NewUser(c echo.Context) error {
	return httpx.Render(c, http.StatusOK, h.newUserPage(c, auth.NewUser{Role: auth.Viewer}, nil).Page())
}

// CreateUser makes a user.
func (h Handlers) CreateUser(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := auth.NewUser{Name: form.Get("name"), Email: form.Get("email"), Role: auth.Role(form.Get("role")),
		Password: form.Get("password")}
	u, err := h.Auth.Create(c.Request().Context(), session.Actor(c), in)
	if errs.KindOf(err) == errs.Invalid {
		return httpx.Render(c, http.StatusUnprocessableEntity, h.newUserPage(c, in, errs.FieldsOf(err)).Page())
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, usersPath, u.Name+" can sign in now, with "+u.Email+".")
}

func (h Handlers) newUserPage(c echo.Context, in auth.NewUser, problems map[string]string) views.Edit {
	fields := withProblems(append(userFields(in.Name, in.Email, in.Role),
		ui.Field{Kind: ui.PasswordInput, Name: "password", Label: "Password", Autocomplete: "new-password",
			Required: true,
			Hint:     "At least 8 characters. Hand it over in person; they can change it on their profile."}), problems)
	summary := ui.Summarize(problems, fields...)
	frame := h.frame(c, "New user", summary)
	frame.Narrow = true
	return views.Edit{
		Frame: frame, Tabs: tabs(c, usersPath), Summary: summary, Fields: fields,
		Form: ui.Form{Action: usersPath, Save: "Create user", Cancel: usersPath},
	}
}

func userFields(name, email string, role auth.Role) []ui.Field {
	return []ui.Field{
		{Name: "name", Label: "Name", Value: name, Required: true, Size: ui.Medium},
		{Kind: ui.EmailInput, Name: "email", Label: "E-mail address", Value: email, Required: true, Size: ui.Medium,
			Hint: "To sign in with."},
		{Kind: ui.RadioGroup, Name: "role", Label: "Role", Value: string(role), Required: true, Options: roleOptions()},
	}
}

func roleOptions() []ui.Option {
	var out []ui.Option
	for _, r := range auth.Roles() {
		out = append(out, ui.Option{Value: string(r), Label: r.Label(), Hint: r.Explains()})
	}
	return out
}
