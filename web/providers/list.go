package providers

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/state"
	"seatledger/web/syncruns"
)

// ask reads the address of the list.
func (h Handlers) ask(c echo.Context) (httpx.ListQuery, error) {
	return httpx.AskList(c, h.DB.Read(c.Request().Context()), provider.All, named)
}

// named says what connectors and connectivity are called, which this floor alone knows.
func named(s *httpx.ListSpec) {
	s.Filter("connectivity").Choices = connectivityChoices()
	s.Filter("connector").Choices = nil
	for _, word := range []string{distributor.Stellr, distributor.StellrLegacy, distributor.Manual} {
		s.Filter("connector").Choices = append(s.Filter("connector").Choices,
			httpx.Choice{Value: word, Label: connectorLabel(word)})
	}
}

func connectivityChoices() []httpx.Choice {
	var out []httpx.Choice
	for _, c := range []provider.Connectivity{provider.Unverified, provider.Verified, provider.Warning,
		provider.CheckFailed, provider.Stale, provider.NotApplicable} {
		out = append(out, httpx.Choice{Value: string(c), Label: state.Connectivity(c).Text})
	}
	return out
}

// List shows the providers, or hands them over as a file.
func (h Handlers) List(c echo.Context) error {
	q, err := h.ask(c)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.DB, provider.All, q)
	}
	found, err := httpx.FindList(c, h.DB.Read(c.Request().Context()), provider.All, q)
	if err != nil {
		return err
	}
	page := session.Page(c, "Providers", "Providers")
	page.Lead = "A provider is one connection to a distributor. Several may stand side by side, as during a move " +
		"from an old connector to a new one."
	if mayEdit(c) {
		page.Actions = append(page.Actions,
			ui.LinkButton{Text: "New provider", Href: listPath + "/new", Weight: ui.Primary, Icon: "plus"})
	}
	return httpx.Render(c, http.StatusOK, layout.List{
		Page: page, Filters: q.FilterBar(provider.All.Search.Label), Table: h.listTable(c, q, found.Rows),
		Pager: q.Pager(found.Next, found.Prev, found.Said()),
	}.Show())
}

func (h Handlers) listTable(c echo.Context, q httpx.ListQuery, rows []provider.Row) ui.Table {
	t := httpx.ListTable(provider.All, q, rows, httpx.Cells[provider.Row]{
		"name":      func(r provider.Row) ui.Cell { return ui.Cell{Text: r.Name, Href: path(r.ID), Sub: r.Host} },
		"connector": func(r provider.Row) ui.Cell { return ui.TextCell(connectorLabel(r.Connector)) },
		"active":    func(r provider.Row) ui.Cell { return ui.Cell{Badges: []ui.Badge{state.Active(r.Active)}} },
		"connectivity": func(r provider.Row) ui.Cell {
			return ui.Cell{Badges: []ui.Badge{connectivity(r.Provider)}}
		},
		"checked_at":      func(r provider.Row) ui.Cell { return ui.Of(syncruns.Moment(r.CheckedAt, h.Zone)) },
		"reseller_number": func(r provider.Row) ui.Cell { return ui.Cell{Text: r.ResellerNumber, Mono: true} },
		"unmapped": func(r provider.Row) ui.Cell {
			return ui.LinkCell(strconv.Itoa(r.Unmapped), accountsPath(r.ID, "unmapped"))
		},
	}, func(r provider.Row, row *ui.Row) { row.ID, row.Label, row.Muted = r.ID.String(), r.Name, !r.Active })
	t.Empty = listEmpty(c, q)
	return t
}

func listEmpty(c echo.Context, q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No provider matches",
			Text:   "The search or the filters hide every provider.",
			Action: &ui.LinkButton{Text: "Clear all filters", Href: q.ClearHref()}}
	}
	e := &ui.EmptyState{Kind: ui.NothingYet, Title: "No providers yet",
		Text: "A provider brings in the customers and subscriptions that a distributor holds. " +
			"Everything else begins with one."}
	if mayEdit(c) {
		e.Action = &ui.LinkButton{Text: "New provider", Href: listPath + "/new", Weight: ui.Primary, Icon: "plus"}
	}
	return e
}

func crumbs(more ...layout.Crumb) []layout.Crumb {
	return append([]layout.Crumb{{Label: "Providers", Href: listPath}}, more...)
}
