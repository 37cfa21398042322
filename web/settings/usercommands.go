package settings

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/errs"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// DisableUser takes somebody's access away, at once.
func (h Handlers) DisableUser(c echo.Context) error {
	u, err := h.wanted(c)
	if err != nil {
		return err
	}
	if err := h.Auth.Disable(c.Request().Context(), session.Actor(c), u.ID); err != nil {
		return err
	}
	return httpx.Done(c, userPath(u.ID), u.Name+" can no longer sign in, and all their sessions have ended.")
}

// EnableUser gives access back.
func (h Handlers) EnableUser(c echo.Context) error {
	u, err := h.wanted(c)
	if err != nil {
		return err
	}
	if err := h.Auth.Enable(c.Request().Context(), session.Actor(c), u.ID); err != nil {
		return err
	}
	return httpx.Done(c, userPath(u.ID), u.Name+" can sign in again.")
}

// EndUserSessions signs somebody out everywhere; oneself everywhere else.
func (h Handlers) EndUserSessions(c echo.Context) error {
	u, err := h.wanted(c)
	if err != nil {
		return err
	}
	keep := ""
	if u.ID == session.User(c).ID {
		keep = session.Hash(c)
	}
	n, err := h.Auth.EndSessions(c.Request().Context(), session.Actor(c), u.ID, keep)
	if err != nil {
		return err
	}
	return httpx.Done(c, userPath(u.ID), ended(n))
}

// EndUserSession signs somebody out in one place.
func (h Handlers) EndUserSession(c echo.Context) error {
	u, err := h.wanted(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	if err := h.Auth.EndSession(c.Request().Context(), session.Actor(c), u, form.Get("session")); err != nil {
		return err
	}
	return httpx.Done(c, userPath(u.ID), ended(1))
}

// ClearFactors takes the second factors off somebody who lost them.
func (h Handlers) ClearFactors(c echo.Context) error {
	u, err := h.wanted(c)
	if err != nil {
		return err
	}
	if u.ID == session.User(c).ID {
		return errs.New(errs.Conflict, "Your own factors are changed on your profile. Nothing was changed.")
	}
	if err := h.Auth.ClearFactors(c.Request().Context(), session.Actor(c), u.ID); err != nil {
		return err
	}
	return httpx.Done(c, userPath(u.ID),
		u.Name+" signs in with the password alone until they set up another factor. "+
			"They may do so for a day, whatever their role needs. All their sessions have ended.")
}

func ended(n int64) string {
	if n == 1 {
		return "One session has ended."
	}
	return fmt.Sprintf("%d sessions have ended.", n)
}

// ResetForm asks for a new password for somebody who forgot theirs.
func (h Handlers) ResetForm(c echo.Context) error {
	u, err := h.wanted(c)
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, h.resetPage(c, u, nil).Page())
}

// Reset sets it and ends all their sessions.
func (h Handlers) Reset(c echo.Context) error {
	u, err := h.wanted(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	err = h.Auth.ResetPassword(c.Request().Context(), session.Actor(c), u.ID, form.Get("new_password"))
	if errs.KindOf(err) == errs.Invalid {
		return httpx.Render(c, http.StatusUnprocessableEntity, h.resetPage(c, u, errs.FieldsOf(err)).Page())
	}
	if err != nil {
		return err
	}
	return httpx.Done(c, userPath(u.ID), "The password was set and all sessions of "+u.Name+" have ended.")
}

func (h Handlers) resetPage(c echo.Context, u auth.User, problems map[string]string) views.Edit {
	fields := withProblems([]ui.Field{{
		Kind: ui.PasswordInput, Name: "new_password", Label: "New password for " + u.Name,
		Autocomplete: "new-password",
		Required:     true, Size: ui.Medium,
		Hint: "At least 8 characters. All their sessions end. Hand it over in person.",
	}}, problems)
	summary := ui.Summarize(problems, fields...)
	frame := h.frame(c, "Set a new password", summary)
	frame.Kicker, frame.Narrow = u.Name, true
	return views.Edit{
		Frame: frame, Tabs: tabs(c, usersPath), Summary: summary, Fields: fields,
		Form: ui.Form{Action: userPath(u.ID) + "/password", Save: "Set password", Cancel: userPath(u.ID)},
	}
}
