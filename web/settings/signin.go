package settings

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/settings"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

const (
	signInPath  = path + "/sign-in"
	signInTitle = "Sign-in"
	roleOf      = "role_"
)

// SignIn shows which roles need a second factor.
func (h Handlers) SignIn(c echo.Context) error {
	rule, err := h.Auth.LoadRule(c.Request().Context())
	if err != nil {
		return err
	}
	e := auth.RuleEdit{GraceDays: rule.GraceDays, Version: rule.Saved.Version}
	for r := range rule.Required {
		e.Roles = append(e.Roles, r)
	}
	return httpx.Render(c, http.StatusOK, h.signInPage(c, e, strconv.Itoa(e.GraceDays), nil).Page())
}

// SaveSignIn stores it.
func (h Handlers) SaveSignIn(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	e := auth.RuleEdit{Version: form.Version()}
	for _, r := range auth.Roles() {
		if form.On(roleOf + string(r)) {
			e.Roles = append(e.Roles, r)
		}
	}
	typed := strings.TrimSpace(form.Get("grace_days"))
	if e.GraceDays, err = strconv.Atoi(typed); err != nil {
		e.GraceDays = -1 // refused by the rule, with its own words
	}
	ctx := c.Request().Context()
	err = h.Auth.SaveRule(ctx, session.Actor(c), e)
	if messages, refused := httpx.Refused(err); refused {
		return httpx.Render(c, http.StatusUnprocessableEntity, h.signInPage(c, e, typed, messages).Page())
	}
	if errors.Is(err, settings.ErrStale) {
		now, err := h.Auth.LoadRule(ctx)
		if err != nil {
			return err
		}
		e.Version = now.Saved.Version
		page := h.signInPage(c, e, typed, nil)
		page.Stale = stale(now.Saved.UpdatedBy, []ui.Diff{
			{Field: "Roles that need a second factor", Before: rolesOf(now), After: roleWords(e.Roles)},
			{Field: "Days to set one up", Before: strconv.Itoa(now.GraceDays), After: typed}})
		return httpx.Render(c, http.StatusConflict, page.Page())
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, signInPath, "The rules of sign-in were saved.")
}

func rolesOf(r auth.Rule) string {
	var out []auth.Role
	for _, role := range auth.Roles() {
		if _, required := r.Required[role]; required {
			out = append(out, role)
		}
	}
	return roleWords(out)
}

func roleWords(roles []auth.Role) string {
	var out []string
	for _, r := range roles {
		out = append(out, r.Label())
	}
	return strings.Join(out, ", ")
}

func (h Handlers) signInPage(c echo.Context, e auth.RuleEdit, days string, problems map[string]string) views.Edit {
	var fields []ui.Field
	for _, r := range auth.Roles() {
		f := ui.Field{Kind: ui.Checkbox, Name: roleOf + string(r), Label: r.Label() + " needs a second factor",
			Hint: r.Explains()}
		for _, chosen := range e.Roles {
			f.Checked = f.Checked || chosen == r
		}
		fields = append(fields, f)
	}
	fields = withProblems(append(fields, ui.Field{Kind: ui.NumberInput, Name: "grace_days",
		Label: "Days to set one up",
		Value: days, Suffix: "days", Size: ui.Short, Required: true,
		Hint: "From the day the role needs it, or the person was made. Then nothing else opens for them first, " +
			"and a password alone sets none up: it takes a link by mail, or an administrator who clears " +
			"their factors."}),
		problems)
	summary := ui.Summarize(problems, fields...)
	frame := h.frame(c, signInTitle, summary)
	frame.Narrow = true
	frame.Lead = "A second factor is an authenticator app or a passkey. Everybody may set one up, whatever stands here."
	return views.Edit{Frame: frame, Tabs: tabs(c, signInPath), Summary: summary, Fields: fields,
		Form: ui.Form{Action: signInPath, Version: strconv.Itoa(e.Version), Save: "Save rules", Cancel: path}}
}
