package settings

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/errs"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Profile shows a person their own account and where they are signed in.
func (h Handlers) Profile(c echo.Context) error { return h.profile(c, http.StatusOK, nil) }

// ChangePassword changes one's own password; the other sessions end.
func (h Handlers) ChangePassword(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	err = h.Auth.ChangePassword(c.Request().Context(), session.User(c), auth.NewPassword{
		Current: form.Get("current_password"), New: form.Get("new_password"), Keep: session.Hash(c),
		Address: c.RealIP(),
	})
	var many *auth.TooMany
	switch {
	case errors.As(err, &many):
		return h.profile(c, http.StatusTooManyRequests, map[string]string{"current_password": many.Says()})
	case errs.KindOf(err) == errs.Invalid:
		return h.profile(c, http.StatusUnprocessableEntity, errs.FieldsOf(err))
	case err != nil:
		return err
	}
	if err := session.Renew(c); err != nil {
		return err
	}
	return httpx.Done(c, profilePath, "Your password was changed, and your other sessions have ended.")
}

// EndSession ends one of one's own sessions.
func (h Handlers) EndSession(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	if err := h.Auth.EndSession(c.Request().Context(), session.Actor(c), session.User(c),
		form.Get("session")); err != nil {
		return err
	}
	return httpx.Done(c, profilePath, ended(1))
}

// EndOthers ends all of one's own sessions but this.
func (h Handlers) EndOthers(c echo.Context) error {
	n, err := h.Auth.EndSessions(c.Request().Context(), session.Actor(c), session.User(c).ID, session.Hash(c))
	if err != nil {
		return err
	}
	return httpx.Done(c, profilePath, ended(n))
}

func (h Handlers) profile(c echo.Context, status int, problems map[string]string) error {
	return h.profileWith(c, status, problems, "")
}

// profileWith also shows the name of a passkey that was refused.
func (h Handlers) profileWith(c echo.Context, status int, problems map[string]string, passkey string) error {
	u, ctx := session.User(c), c.Request().Context()
	open, err := h.sessions().Of(ctx, u.ID)
	if err != nil {
		return err
	}
	has, err := h.Auth.FactorsOf(ctx, u.ID)
	if err != nil {
		return err
	}
	free, err := h.Auth.MayEnrol(ctx, u, session.Hash(c))
	if err != nil {
		return err
	}
	must, err := h.mustNote(c, has, free)
	if err != nil {
		return err
	}
	fields := withProblems([]ui.Field{
		{Kind: ui.PasswordInput, Name: "current_password", Label: "Present password",
			Autocomplete: "current-password",
			Required:     true, Size: ui.Medium},
		{Kind: ui.PasswordInput, Name: "new_password", Label: "New password", Autocomplete: "new-password",
			Required: true, Size: ui.Medium, Hint: "At least 8 characters; a few words in a row are good."},
	}, problems)
	factors := h.factors(c, has, free, problems, passkey)
	factors.Note = must
	all := fields
	if factors.Add != nil {
		all = append(all, factors.Add.Fields...)
	}
	summary := ui.Summarize(problems, all...)
	v := views.Profile{
		Frame: h.frame(c, "Your profile", summary), Tabs: tabs(c, profilePath), Summary: summary, Fields: fields,
		Who: views.Facts{Card: ui.Card{Title: "You"}, Facts: ui.DefinitionList{Columns: 2, Items: []ui.Definition{
			ui.Fact("Name", u.Name), ui.Fact("E-mail address", u.Email),
			{Term: "Role", Value: ui.TextCell(u.Role.Label()), Note: u.Role.Explains()},
			{Term: "Notices by mail", Value: ui.Cell{Text: "Choose which, and when", Href: wishesPath}},
			{Term: "Identity provider", Value: ui.Cell{Text: "Link, or end the link", Href: profilePath + "/identity"}},
		}}},
		Password: ui.Form{Action: passwordPath, Save: "Change password"},
		Factors:  factors,
		Sessions: h.sessionTable("Your sessions", endPath, open, session.Hash(c)),
	}
	if len(open) > 1 {
		v.EndOthers = &ui.PostButton{Button: ui.Button{Text: "End all other sessions", Action: endOthers}}
	}
	return httpx.Render(c, status, v.Page())
}

func (h Handlers) sessionTable(caption, end string, open []auth.Session, here string) ui.Table {
	t := ui.Table{Caption: caption, Plain: true, Columns: []ui.Column{
		{Label: "Browser"}, {Label: "Address"}, {Label: "Signed in by"}, {Label: "Signed in", Nowrap: true},
		{Label: "Last used", Nowrap: true},
		{Label: "Actions", Hidden: true},
	}}
	for _, s := range open {
		browser, last := ui.TextCell(browserName(s.UserAgent)), ui.Of(ui.PostButton{
			Button: ui.Button{Text: "End session", Action: end, Compact: true},
			Hidden: []ui.Pair{{Name: "session", Value: s.Hash}},
		})
		if s.Hash == here {
			browser.Badges, last = []ui.Badge{{Text: "this one", Tone: ui.Info}}, ui.Cell{}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{browser, ui.TextCell(s.Address),
			ui.TextCell(shownWords(s.Shown)),
			h.besideTrue(ui.Of(h.moment(s.CreatedAt)), s.TrueAt), ui.Of(h.moment(s.SeenAt)), last}})
	}
	return t
}

// shownWords says how somebody proved who they are.
func shownWords(s auth.Shown) string {
	switch {
	case s.By == auth.ByPasskey:
		return "a passkey"
	case s.By == auth.ByProvider:
		return "an identity provider"
	case s.Strong:
		return "password and second factor"
	}
	return "password"
}
