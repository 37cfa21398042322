package settings

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/errs"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

func userPath(id uuid.UUID) string { return usersPath + "/" + id.String() }

// User shows one user and the form to change them.
func (h Handlers) User(c echo.Context) error {
	u, err := h.wanted(c)
	if err != nil {
		return err
	}
	page, err := h.userPage(c, u, editOf(u), nil)
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, page.Page())
}

// SaveUser changes name, address and role.
func (h Handlers) SaveUser(c echo.Context) error {
	u, err := h.wanted(c)
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	version := form.Version()
	in := auth.Edit{Name: form.Get("name"), Email: form.Get("email"), Role: auth.Role(form.Get("role")),
		Version: version}
	err = h.Auth.Edit(c.Request().Context(), session.Actor(c), u.ID, in)
	switch {
	case errors.Is(err, auth.ErrStale):
		return h.userStale(c, u.ID, in)
	case errs.KindOf(err) == errs.Invalid:
		return h.userRefused(c, u, in, err)
	case err != nil:
		return err
	}
	return httpx.Done(c, userPath(u.ID), "The user was saved.")
}

func (h Handlers) wanted(c echo.Context) (auth.User, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return auth.User{}, err
	}
	ctx := c.Request().Context()
	return auth.Get(ctx, h.DB.Read(ctx), id)
}

func (h Handlers) userRefused(c echo.Context, u auth.User, in auth.Edit, err error) error {
	page, perr := h.userPage(c, u, in, errs.FieldsOf(err))
	if perr != nil {
		return perr
	}
	return httpx.Render(c, http.StatusUnprocessableEntity, page.Page())
}

func (h Handlers) userStale(c echo.Context, id uuid.UUID, in auth.Edit) error {
	ctx := c.Request().Context()
	now, err := auth.Get(ctx, h.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	in.Version = now.Version
	page, err := h.userPage(c, now, in, nil)
	if err != nil {
		return err
	}
	page.Stale = stale("", []ui.Diff{
		{Field: "Name", Before: now.Name, After: in.Name},
		{Field: "E-mail address", Before: now.Email, After: in.Email},
		{Field: "Role", Before: now.Role.Label(), After: in.Role.Label()},
	})
	return httpx.Render(c, http.StatusConflict, page.Page())
}

func editOf(u auth.User) auth.Edit {
	return auth.Edit{Name: u.Name, Email: u.Email, Role: u.Role, Version: u.Version}
}

func (h Handlers) userPage(c echo.Context, u auth.User, in auth.Edit, problems map[string]string) (views.Edit, error) {
	open, err := h.sessions().Of(c.Request().Context(), u.ID)
	if err != nil {
		return views.Edit{}, err
	}
	fields := withProblems(userFields(in.Name, in.Email, in.Role), problems)
	summary := ui.Summarize(problems, fields...)
	frame := h.frame(c, u.Name, summary)
	frame.Kicker, frame.Narrow = "User", true
	frame.Badges = []ui.Badge{stateBadge(u)}
	frame.Actions = []templ.Component{userCommands(u, len(open))}
	return views.Edit{
		Frame: frame, Tabs: tabs(c, usersPath), Summary: summary, Fields: fields,
		Facts: &ui.DefinitionList{Columns: 2, Items: []ui.Definition{
			{Term: "Created", Value: ui.Of(h.moment(u.CreatedAt))},
			{Term: "Last sign-in", Value: h.signInCell(u)},
			ui.Fact("Sessions", strconv.Itoa(len(open))),
			{Term: "Identity provider", Value: ui.Cell{Text: "Link, or end the link",
				Href: userPath(u.ID) + "/identity"}},
		}},
		Form: ui.Form{Action: userPath(u.ID), Version: strconv.Itoa(in.Version), Save: "Save user", Cancel: usersPath},
	}, nil
}

func stateBadge(u auth.User) ui.Badge {
	if u.Active {
		return ui.Badge{Text: "active", Tone: ui.Good}
	}
	return ui.Badge{Text: "disabled"}
}

func userCommands(u auth.User, sessions int) ui.CommandMenu {
	at := userPath(u.ID)
	end := ui.Command{Label: "End all sessions", Hint: "They must sign in again.", Action: at + "/end-sessions"}
	if sessions == 0 {
		end.Disabled, end.Hint = true, "They are not signed in anywhere."
	}
	access := ui.Command{Label: "Disable user", Hint: "Ends all sessions; nothing of theirs is deleted.",
		Action: at + "/disable", Destructive: true, Confirm: "Disable " + u.Name + "?"}
	if !u.Active {
		access = ui.Command{Label: "Enable user", Hint: "They sign in with their old password.", Action: at + "/enable"}
	}
	return ui.CommandMenu{Commands: []ui.Command{{Label: "Set a new password", Href: at + "/password"}, end, access}}
}
