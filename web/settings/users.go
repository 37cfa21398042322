package settings

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// Users lists everybody who may sign in, and who no longer may.
func (h Handlers) Users(c echo.Context) error {
	ctx := c.Request().Context()
	users, err := auth.List(ctx, h.DB.Read(ctx))
	if err != nil {
		return err
	}
	frame := h.frame(c, "Users", ui.ErrorSummary{})
	frame.Actions = []templ.Component{
		ui.LinkButton{Text: "New user with a password", Href: usersPath + "/new"},
		ui.LinkButton{Text: "Invite somebody", Href: invitePath, Weight: ui.Primary, Icon: "plus"}}
	return httpx.Render(c, http.StatusOK,
		views.Users{Frame: frame, Tabs: tabs(c, usersPath), Table: h.userTable(users)}.Page())
}

func (h Handlers) userTable(users []auth.User) ui.Table {
	t := ui.Table{Caption: "Users", Columns: []ui.Column{{Label: "Name"}, {Label: "E-mail address"}, {Label: "Role"},
		{Label: "State"}, {Label: "Last sign-in", Nowrap: true}}}
	for _, u := range users {
		t.Rows = append(t.Rows, ui.Row{Muted: !u.Active, Cells: []ui.Cell{
			ui.LinkCell(u.Name, userPath(u.ID)), ui.TextCell(u.Email), ui.TextCell(u.Role.Label()),
			{Badges: []ui.Badge{stateBadge(u)}}, h.signInCell(u),
		}})
	}
	return t
}
