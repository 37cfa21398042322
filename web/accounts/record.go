package accounts

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/accounts"
)

// Record is the page of one account.
func (h Handlers) Record(c echo.Context) error {
	accountID, err := id(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	a, err := account.Get(ctx, h.DB.Read(ctx), accountID)
	if err != nil {
		return err
	}
	m := view.Record{Page: session.Page(c, nameOf(a), nav)}
	m.Page.Kicker, m.Page.Crumbs = "Provider account", []layout.Crumb{{Label: nav, Href: path}}
	m.Parts = append(m.Parts, facts(a))
	if mayMap(c) && a.Mapping == account.Mapped {
		m.Page.Actions = []templ.Component{post("Unmap account", recordPath(a.ID)+"/unmap", ui.Secondary, versionPair(a.Version))}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func facts(a account.Account) view.Part {
	return view.Part{Card: ui.Card{Title: "At the distributor"}, Content: []templ.Component{ui.DefinitionList{Columns: 2, Items: []ui.Definition{
		{Term: "External id", Value: ui.Cell{Text: a.ExternalID, Mono: true}},
		ui.Fact("Domain", a.Domain),
		{Term: "Tenant id", Value: ui.Cell{Text: a.TenantID, Mono: true}},
		ui.Fact("Status", a.StatusText),
	}}}}
}
