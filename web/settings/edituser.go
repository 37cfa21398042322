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
	if c.Request().Method == http.MethodGet {
		if link := session.TakeSecret(c, inviteOnce); link != "" {
			page.Made = madeLink(link)
		}
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

func (h Handlers) userPage(c echo.Context, u auth.User, in auth.Edit, problems map[string]string) (views.Person,
	error) {
	ctx := c.Request().Context()
	open, err := h.sessions().Of(ctx, u.ID)
	if err != nil {
		return views.Person{}, err
	}
	has, err := h.Auth.FactorsOf(ctx, u.ID)
	if err != nil {
		return views.Person{}, err
	}
	fields := withProblems(userFields(in.Name, in.Email, in.Role), problems)
	summary := ui.Summarize(problems, fields...)
	frame := h.frame(c, u.Name, summary)
	frame.Kicker, frame.Narrow = "User", true
	frame.Badges = []ui.Badge{stateBadge(u)}
	frame.Actions = []templ.Component{userCommands(u, len(open), has.Any() && u.ID != session.User(c).ID)}
	return views.Person{Sessions: h.sessionTable("Sessions", userPath(u.ID)+"/end-session", open, session.Hash(c)),
		Factors: h.factorTable(has), Edit: views.Edit{
			Frame: frame, Tabs: tabs(c, usersPath), Summary: summary, Fields: fields,
			Facts: &ui.DefinitionList{Columns: 2, Items: []ui.Definition{
				{Term: "Created", Value: ui.Of(h.moment(u.CreatedAt))},
				{Term: "Last sign-in", Value: h.signInCell(u)},
				ui.Fact("Sessions", strconv.Itoa(len(open))),
				{Term: "Identity provider", Value: ui.Cell{Text: "Link, or end the link",
					Href: userPath(u.ID) + "/identity"}},
			}},
			Form: ui.Form{Action: userPath(u.ID), Version: strconv.Itoa(in.Version), Save: "Save user",
				Cancel: usersPath},
		}}, nil
}

// factorTable is what somebody has, for an administrator.
func (h Handlers) factorTable(f auth.Factors) ui.Table {
	t := ui.Table{Caption: "Second factors", Plain: true, Columns: []ui.Column{{Label: "Factor"},
		{Label: "Since", Nowrap: true}, {Label: "Last used", Nowrap: true}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "No second factor",
			Text: "They sign in with a password alone."}}
	if f.App != nil {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell("Authenticator app"),
			ui.Of(h.moment(f.App.ConfirmedAt)), h.momentCell(f.App.UsedAt)}})
	}
	for _, k := range f.Passkeys {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell("Passkey " + k.Name), ui.Of(h.moment(k.MadeAt)),
			h.momentCell(k.UsedAt)}})
	}
	if f.Any() {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.TextCell("Recovery codes, " + strconv.Itoa(f.Recovery) +
			" left"),
			{}, {}}})
	}
	return t
}

func stateBadge(u auth.User) ui.Badge {
	if u.Active && u.Invited {
		return ui.Badge{Text: "invited", Tone: ui.Info}
	}
	if u.Active {
		return ui.Badge{Text: "active", Tone: ui.Good}
	}
	return ui.Badge{Text: "disabled"}
}

func userCommands(u auth.User, sessions int, factors bool) ui.CommandMenu {
	at := userPath(u.ID)
	end := ui.Command{Label: "End all sessions", Hint: "They must sign in again.", Action: at + "/end-sessions"}
	if sessions == 0 {
		end.Disabled, end.Hint = true, "They are not signed in anywhere."
	}
	access := ui.Command{Label: "Disable user", Hint: "Ends all sessions; nothing of theirs is deleted.",
		Action: at + "/disable", Destructive: true, Confirm: "Disable " + u.Name + "?"}
	if !u.Active {
		access = ui.Command{Label: "Enable user", Hint: "They sign in with their old password.", Action: at +
			"/enable"}
	}
	menu := ui.CommandMenu{Commands: []ui.Command{{Label: "Set a new password", Href: at + "/password"}, end, access}}
	if u.Invited && u.Active {
		menu.Commands = append(menu.Commands, ui.Command{Label: "Invite again", Action: at + "/invite",
			Hint: "The link from before opens nothing any more."})
	}
	if factors {
		menu.Commands = append(menu.Commands, ui.Command{Label: "Take second factors off", Action: at +
			"/clear-factors",
			Hint: "For somebody who lost device and codes. Make sure that it is they who ask.", Destructive: true,
			Confirm: "Take all second factors off " + u.Name + "?"})
	}
	return menu
}
