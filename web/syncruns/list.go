package syncruns

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/syncing"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
	"seatledger/web/state"
)

// List shows the runs, newest first, or hands them over as a file.
func (h Handlers) List(c echo.Context) error {
	db := h.DB.Read(c.Request().Context())
	q, err := httpx.AskList(c, db, syncing.Runs, func(s *httpx.ListSpec) { s.Filter("since").Args = h.startOf })
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.DB, syncing.Runs, q)
	}
	found, err := httpx.FindList(c, db, syncing.Runs, q)
	if err != nil {
		return err
	}
	page := session.Page(c, "Sync runs", "Sync runs")
	page.Lead = "Each run reads a provider once: its accounts, or the subscriptions of its accounts. " +
		"Nothing is ever changed at the distributor."
	return httpx.Render(c, http.StatusOK, layout.List{
		Page: page, Filters: q.FilterBar(""), Table: h.ListTable(q, found.Rows),
		Pager: q.Pager(found.Next, found.Prev, found.Said()),
	}.Show())
}

// startOf is the first moment of a day in the configured zone.
func (h Handlers) startOf(day string) []any {
	d, _ := clock.ParseDate(day) // the list has checked that it is one
	return []any{d.Start(h.Zone).Format(time.RFC3339)}
}

// ListTable is a page of the list.
func (h Handlers) ListTable(q httpx.ListQuery, rows []syncing.Row) ui.Table {
	t := httpx.ListTable(syncing.Runs, q, rows, httpx.Cells[syncing.Row]{
		"requested_at": func(r syncing.Row) ui.Cell {
			return ui.Cell{Text: Moment(&r.RequestedAt, h.Zone).Text, Href: Path(r.ID), Sub: h.tookText(r)}
		},
		"provider": func(r syncing.Row) ui.Cell { return ui.LinkCell(r.Provider, at.Provider(r.ProviderID)) },
		"kind": func(r syncing.Row) ui.Cell {
			return ui.Cell{Text: words.RunKind(string(r.Kind)), Sub: startedBy(r.Trigger, r.RequestedBy)}
		},
		"state": func(r syncing.Row) ui.Cell {
			return ui.Cell{Badges: []ui.Badge{state.Run(r.State)},
				Sub: trouble(r)}
		},
		"added":     func(r syncing.Row) ui.Cell { return number(r.Added) },
		"changed":   func(r syncing.Row) ui.Cell { return number(r.Changed) },
		"unchanged": func(r syncing.Row) ui.Cell { return number(r.Unchanged) },
		"gone":      func(r syncing.Row) ui.Cell { return number(r.Gone) },
		"held":      func(r syncing.Row) ui.Cell { return number(r.Held) },
		"failed":    func(r syncing.Row) ui.Cell { return failedCell(r.Failed) },
	}, func(r syncing.Row, row *ui.Row) { row.ID = r.ID.String() })
	t.Caption, t.Empty = "Sync runs", listEmpty(q)
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
		return words.Capital(string(t))
	}
	return "by " + by
}

// trouble is the message of a run that did not go well; a good one needs no words in a list.
func trouble(r syncing.Row) string {
	switch state.Run(r.State).Tone {
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
		Action: &ui.LinkButton{Text: "Providers", Href: at.Providers}}
}
