package providers

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/syncruns"
)

func listSpec() httpx.ListSpec {
	return httpx.ListSpec{Sorts: provider.Sorts(), Filters: []httpx.Filter{
		{Name: "active", Label: "State",
			Choices: []httpx.Choice{{Value: "true", Label: "Active"}, {Value: "false", Label: "Inactive"}}},
		{Name: "connectivity", Label: "Connectivity", Choices: connectivityChoices()},
		{Name: "connector", Label: "Connector", Choices: []httpx.Choice{
			{Value: distributor.Stellr, Label: connectorLabel(distributor.Stellr)},
			{Value: distributor.StellrLegacy, Label: connectorLabel(distributor.StellrLegacy)},
			{Value: distributor.Manual, Label: connectorLabel(distributor.Manual)},
		}},
		{Name: "unreadable", Label: "Unreadable records",
			Choices: []httpx.Choice{{Value: "yes", Label: "Some"}, {Value: "no", Label: "None"}}},
	}}
}

func connectivityChoices() []httpx.Choice {
	var out []httpx.Choice
	for _, c := range []provider.Connectivity{provider.Unverified, provider.Verified, provider.Warning,
		provider.CheckFailed, provider.Stale, provider.NotApplicable} {
		out = append(out, httpx.Choice{Value: string(c), Label: connectivityBadge(c).Text})
	}
	return out
}

func filterOf(q httpx.ListQuery) provider.Filter {
	return provider.Filter{Search: q.Search, Active: q.Filter("active"), Connectivity: q.Filter("connectivity"),
		Connector: q.Filter("connector"), Unreadable: q.Filter("unreadable")}
}

// List shows the providers, or hands them over as a file.
func (h Handlers) List(c echo.Context) error {
	q, err := httpx.ParseList(c, listSpec())
	if err != nil {
		return err
	}
	if httpx.IsCSV(c) {
		return h.listCSV(c, q)
	}
	var (
		rows  []provider.Row
		next  string
		total int
	)
	ctx := c.Request().Context()
	err = h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		rows, next, total, err = readList(ctx, tx, q)
		return err
	})
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, h.listPage(c, q, rows, listEnd{next: next, total: total}).Show())
}

func readList(ctx context.Context, tx *gorm.DB, q httpx.ListQuery) ([]provider.Row, string, int, error) {
	rows, next, err := provider.List(ctx, tx, filterOf(q), q.Page)
	if err != nil {
		return nil, "", 0, err
	}
	total, err := provider.Count(ctx, tx, filterOf(q))
	return rows, next, total, err
}

type listEnd struct {
	next  string
	total int
}

func (h Handlers) listPage(c echo.Context, q httpx.ListQuery, rows []provider.Row, end listEnd) layout.List {
	page := session.Page(c, "Providers", "Providers")
	page.Lead = "A provider is one connection to a distributor. Several may stand side by side, as during a move " +
		"from an old connector to a new one."
	if mayEdit(c) {
		page.Actions = append(page.Actions,
			ui.LinkButton{Text: "New provider", Href: listPath + "/new", Weight: ui.Primary, Icon: "plus"})
	}
	return layout.List{
		Page: page, Filters: q.FilterBar("Search name, host or reseller number"), Table: h.listTable(c, q, rows),
		Pager: q.Pager(end.next, "", fmt.Sprintf("%d of %d", len(rows), end.total)),
	}
}

func (h Handlers) listTable(c echo.Context, q httpx.ListQuery, rows []provider.Row) ui.Table {
	t := ui.Table{
		Caption: "Providers", Empty: listEmpty(c, q),
		Columns: []ui.Column{
			q.Column("name", "Name"), {Label: "Connector"}, {Label: "State"}, {Label: "Connectivity"},
			q.Column("checked_at", "Checked"),
			{Label: "Reseller number"}, {Label: "Accounts", Numeric: true}, {Label: "To map", Numeric: true},
		},
	}
	for _, r := range rows {
		t.Rows = append(t.Rows, ui.Row{ID: r.ID.String(), Label: r.Name, Muted: !r.Active, Cells: []ui.Cell{
			{Text: r.Name, Href: path(r.ID), Sub: r.Host},
			ui.TextCell(connectorLabel(r.Connector)),
			{Badges: []ui.Badge{activeBadge(r.Active)}},
			{Badges: []ui.Badge{connectivity(r.Provider)}},
			ui.Of(syncruns.Moment(r.CheckedAt, h.Zone)),
			{Text: r.ResellerNumber, Mono: true},
			ui.TextCell(fmt.Sprint(r.Accounts)),
			ui.LinkCell(fmt.Sprint(r.Unmapped), accountsPath(r.ID, "unmapped")),
		}})
	}
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
