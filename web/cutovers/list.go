package cutovers

import (
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/cutover"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

var listSpec = httpx.ListSpec{
	Sorts: cutover.Sorts(),
	Filters: []httpx.Filter{
		{Name: "state", Label: "State", Choices: []httpx.Choice{{Value: "open", Label: "Open"},
			{Value: "finished", Label: "Finished"}, {Value: "abandoned", Label: "Abandoned"}}},
		{Name: "provider", Label: "One provider", IsID: true},
	},
}

// List is the list of cut-overs, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	q, err := httpx.ParseList(c, listSpec)
	if err != nil {
		return err
	}
	f := cutover.ListFilter{Search: q.Search, State: cutover.RunState(q.Filter("state")),
		Provider: q.FilterID("provider")}
	if httpx.IsCSV(c) {
		return h.listFile(c, f, q)
	}
	ctx := c.Request().Context()
	rows, next, err := cutover.List(ctx, h.Cutovers.DB.Read(ctx), f, q.Page)
	if err != nil {
		return err
	}
	m := layout.List{Page: session.Page(c, nav, nav), Filters: q.FilterBar("Search name or provider"),
		Table: h.listTable(c, q, rows), Pager: q.Pager(next, "", shown(len(rows), next, "cut-over", "cut-overs"))}
	m.Page.Lead = "Move customers from a legacy or manual provider to a new one: no seat lost, none billed twice."
	if mayAct(c) {
		m.Page.Actions = []templ.Component{ui.LinkButton{Text: "New cut-over", Href: listPath + "/new", Icon: "plus",
			Weight: ui.Primary}}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) listTable(c echo.Context, q httpx.ListQuery, rows []cutover.ListRow) ui.Table {
	t := ui.Table{Caption: "Cut-overs", Empty: listEmpty(c, q),
		Columns: []ui.Column{q.Column("created_at", "Cut-over"), {Label: "State"}, {Label: "From"}, {Label: "To"},
			{Label: "Decided customers", Numeric: true}, {Label: "Retired", Numeric: true}, {Label: "Ended"}}}
	for _, r := range rows {
		t.Rows = append(t.Rows, ui.Row{Muted: r.State == cutover.RunAbandoned, Cells: []ui.Cell{
			{Text: r.Name, Href: path(r.ID), Sub: httpx.MomentText(r.CreatedAt, h.Cutovers.Zone) + " by " +
				r.CreatedBy}, {Badges: []ui.Badge{runStates[r.State]}},
			ui.LinkCell(r.OldProvider, at.Provider(r.OldProviderID)),
			ui.LinkCell(r.NewProvider, at.Provider(r.NewProviderID)),
			ui.TextCell(itoa(r.Customers)), ui.TextCell(itoa(r.Retired)), ui.TextCell(h.moment(r.EndedAt))}})
	}
	return t
}

func listEmpty(c echo.Context, q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No cut-over matches", Text: "Change the search or the filters.",
			Action: &ui.LinkButton{Text: "Clear the filters", Href: q.ClearHref()}}
	}
	e := &ui.EmptyState{Kind: ui.NothingYet, Title: "No cut-overs yet",
		Text: "Make the new provider first and verify it; the old one stays as it is. Then begin the cut-over here."}
	if mayAct(c) {
		e.Action = &ui.LinkButton{Text: "New cut-over", Href: listPath + "/new"}
	}
	return e
}

var listHeader = []string{"id", "name", "state", "old_provider_id", "old_provider", "new_provider_id", "new_provider",
	"switch_day", "customers", "retired",
	"created_at", "created_by", "ended_at", "ended_by"}

func (h Handlers) listFile(c echo.Context, f cutover.ListFilter, q httpx.ListQuery) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "cutovers.csv", listHeader, func(write httpx.Row) error {
		return h.Cutovers.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return cutover.Each(ctx, tx, f, q.Page.Order,
				func(r cutover.ListRow) error { return write(listCells(r)...) })
		})
	})
}

func listCells(r cutover.ListRow) []httpx.Cell {
	text, plain := httpx.Text, httpx.Plain
	ended := ""
	if r.EndedAt != nil {
		ended = r.EndedAt.UTC().Format(time.RFC3339)
	}
	return []httpx.Cell{plain(r.ID.String()), text(r.Name), plain(string(r.State)), plain(r.OldProviderID.String()),
		text(r.OldProvider), plain(r.NewProviderID.String()), text(r.NewProvider),
		plain(r.SwitchDay.String()), plain(itoa(r.Customers)), plain(itoa(r.Retired)),
		plain(r.CreatedAt.UTC().Format(time.RFC3339)), text(r.CreatedBy), plain(ended), text(r.EndedBy)}
}
