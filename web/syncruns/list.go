package syncruns

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/provider"
	"seatledger/internal/syncing"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// List shows the runs, newest first, or hands them over as a file.
func (h Handlers) List(c echo.Context) error {
	ctx := c.Request().Context()
	spec, err := h.listSpec(ctx)
	if err != nil {
		return err
	}
	q, err := httpx.ParseList(c, spec)
	if err != nil {
		return err
	}
	if httpx.IsCSV(c) {
		return h.listCSV(c, q)
	}
	var p listPage
	err = h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		p, err = h.readList(ctx, tx, q)
		return err
	})
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, h.listView(c, q, p).Show())
}

type listPage struct {
	rows  []syncing.Row
	next  string
	total int
}

func (h Handlers) readList(ctx context.Context, tx *gorm.DB, q httpx.ListQuery) (listPage, error) {
	var p listPage
	var err error
	if p.rows, p.next, err = syncing.List(ctx, tx, h.filterOf(q), q.Page); err != nil {
		return p, err
	}
	p.total, err = syncing.Count(ctx, tx, h.filterOf(q))
	return p, err
}

// listSpec offers the providers by name: there are a handful.
func (h Handlers) listSpec(ctx context.Context) (httpx.ListSpec, error) {
	spec := httpx.ListSpec{Sorts: syncing.Sorts(), Filters: []httpx.Filter{
		{Name: "provider", Label: "Provider"},
		{Name: "kind", Label: "What", Choices: kindChoices()},
		{Name: "state", Label: "State", Choices: stateChoices()},
		{Name: "trigger", Label: "Started by", Choices: triggerChoices()},
		{Name: "since", Label: "Requested since", IsDate: true},
	}}
	order, err := provider.Sorts().Parse("name")
	if err != nil {
		return spec, err
	}
	err = provider.Each(ctx, h.DB.Read(ctx), provider.Filter{}, order, func(r provider.Row) error {
		spec.Filters[0].Choices = append(spec.Filters[0].Choices, httpx.Choice{Value: r.ID.String(), Label: r.Name})
		return nil
	})
	return spec, err
}

func (h Handlers) filterOf(q httpx.ListQuery) syncing.Filter {
	f := syncing.Filter{
		ProviderID: q.FilterID("provider"), Kind: syncing.Kind(q.Filter("kind")),
		State: syncing.State(q.Filter("state")), Trigger: syncing.Trigger(q.Filter("trigger")),
	}
	if day, err := clock.ParseDate(q.Filter("since")); err == nil && !day.IsZero() {
		f.Since = day.Start(h.Zone)
	}
	return f
}

func kindChoices() []httpx.Choice {
	var out []httpx.Choice
	for _, k := range []syncing.Kind{syncing.Accounts, syncing.Subscriptions, syncing.Listing} {
		out = append(out, httpx.Choice{Value: string(k), Label: KindLabel(k)})
	}
	return out
}

func stateChoices() []httpx.Choice {
	var out []httpx.Choice
	for _, s := range []syncing.State{syncing.Queued, syncing.Running, syncing.Interrupted, syncing.Succeeded,
		syncing.Partial, syncing.Failed, syncing.Cancelled, syncing.Stopped, syncing.Planned} {
		out = append(out, httpx.Choice{Value: string(s), Label: StateLabel(s)})
	}
	return out
}

func triggerChoices() []httpx.Choice {
	var out []httpx.Choice
	for _, t := range []syncing.Trigger{syncing.ByPerson, syncing.ByNight, syncing.ByRetry, "demo"} {
		out = append(out, httpx.Choice{Value: string(t), Label: TriggerLabel(t)})
	}
	return out
}

func (h Handlers) listView(c echo.Context, q httpx.ListQuery, p listPage) layout.List {
	page := session.Page(c, "Sync runs", "Sync runs")
	page.Lead = "Each run reads a provider once: its accounts, or the subscriptions of its accounts. " +
		"Nothing is ever changed at the distributor."
	return layout.List{
		Page: page, Filters: q.FilterBar(""), Table: h.listTable(q, p.rows),
		Pager: q.Pager(p.next, "", fmt.Sprintf("%d of %d", len(p.rows), p.total)),
	}
}

func (h Handlers) listTable(q httpx.ListQuery, rows []syncing.Row) ui.Table {
	requested := q.Column("requested_at", "Requested")
	requested.Nowrap = true
	t := ui.Table{Caption: "Sync runs", Empty: listEmpty(q), Columns: []ui.Column{
		requested, {Label: "Provider"}, {Label: "What"}, {Label: "State"},
		{Label: "Added", Numeric: true}, {Label: "Changed", Numeric: true}, {Label: "Unchanged", Numeric: true},
		{Label: "Gone", Numeric: true}, {Label: "Held", Numeric: true}, {Label: "Failed", Numeric: true},
	}}
	for _, r := range rows {
		t.Rows = append(t.Rows, ui.Row{ID: r.ID.String(), Cells: []ui.Cell{
			{Text: Moment(&r.RequestedAt, h.Zone).Text, Href: Path(r.ID), Sub: h.tookText(r)},
			ui.LinkCell(r.Provider, "/providers/"+r.ProviderID.String()),
			{Text: KindLabel(r.Kind), Sub: startedBy(r.Trigger, r.RequestedBy)},
			{Badges: []ui.Badge{Badge(r.State)}, Sub: trouble(r)},
			number(r.Added), number(r.Changed), number(r.Unchanged), number(r.Gone), number(r.Held),
			failedCell(r.Failed),
		}})
	}
	return t
}

func (h Handlers) tookText(r syncing.Row) string {
	if r.StartedAt == nil {
		return "not started"
	}
	return "took " + took(r.StartedAt, r.FinishedAt, h.Clock.Now())
}

func startedBy(t syncing.Trigger, by string) string {
	if t == syncing.ByNight {
		return TriggerLabel(t)
	}
	return "by " + by
}

// trouble is the message of a run that did not go well; a good one needs no words in a list.
func trouble(r syncing.Row) string {
	switch tone(r.State) {
	case ui.Bad, ui.Warn:
		return r.Message
	}
	return ""
}

func listEmpty(q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No run matches", Text: "The filters hide every run.",
			Action: &ui.LinkButton{Text: "Clear all filters", Href: q.ClearHref()}}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "No sync yet",
		Text:   "A run begins on a provider's page, and every night by itself.",
		Action: &ui.LinkButton{Text: "Providers", Href: "/providers"}}
}
