package settings

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/access"
	"seatledger/internal/auth"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

const (
	invitePath = usersPath + "/invite"
	inviteOnce = "invitation" // under which a link is kept for one page, where no mail goes out
)

// InviteForm asks who is to be invited.
func (h Handlers) InviteForm(c echo.Context) error {
	return h.invitePage(c, http.StatusOK, auth.NewUser{Role: auth.Viewer}, nil)
}

// Invite makes a user who chooses their password themselves.
func (h Handlers) Invite(c echo.Context) error {
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	in := auth.NewUser{Name: form.Get("name"), Email: form.Get("email"), Role: auth.Role(form.Get("role"))}
	made, err := h.Access.Invite(c.Request().Context(), session.Actor(c), in)
	if messages, refused := httpx.Refused(err); refused {
		return h.invitePage(c, http.StatusUnprocessableEntity, in, messages)
	}
	if err != nil {
		return err
	}
	return h.invited(c, made)
}

// InviteAgain sends another link to somebody who has not chosen a password yet.
func (h Handlers) InviteAgain(c echo.Context) error {
	u, err := h.wanted(c)
	if err != nil {
		return err
	}
	made, err := h.Access.Again(c.Request().Context(), session.Actor(c), u.ID)
	if err != nil {
		return err
	}
	return h.invited(c, made)
}

func (h Handlers) invited(c echo.Context, made access.Invitation) error {
	if made.Link == "" {
		return httpx.Done(c, userPath(made.User.ID),
			"The invitation goes to "+made.User.Email+". It holds for seven days.")
	}
	if err := session.KeepSecret(c, inviteOnce, made.Link); err != nil {
		return err
	}
	return httpx.Done(c, userPath(made.User.ID), made.User.Name+" was invited. Give them the link below now.")
}

func (h Handlers) invitePage(c echo.Context, status int, in auth.NewUser, problems map[string]string) error {
	ready, err := h.Access.ByMail(c.Request().Context())
	if err != nil {
		return err
	}
	fields := withProblems(userFields(in.Name, in.Email, in.Role), problems)
	summary := ui.Summarize(problems, fields...)
	frame := h.frame(c, "Invite somebody", summary)
	frame.Narrow = true
	frame.Lead = "They get a link by mail and choose their password themselves. It opens once, for seven days."
	if !ready {
		frame.Lead = "No mail goes out from here, so you get a link to hand over. It opens once, for seven days."
	}
	v := views.Edit{Frame: frame, Tabs: tabs(c, usersPath), Summary: summary, Fields: fields,
		Form: ui.Form{Action: invitePath, Save: "Invite", Cancel: usersPath}}
	return httpx.Render(c, status, v.Page())
}

// madeLink shows a link this once.
func madeLink(link string) *views.Made {
	return &views.Made{Note: ui.Callout{Tone: ui.Good, Title: "The link of the invitation, shown this once",
		Text: "Hand it over by a way that only they read. It opens once, for seven days."},
		Facts: ui.DefinitionList{Items: []ui.Definition{{Term: "Link", Value: ui.Cell{Text: link, Mono: true}}}}}
}
