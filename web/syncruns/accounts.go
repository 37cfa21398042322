package syncruns

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/syncing"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

func accountsPath(run uuid.UUID) string { return Path(run) + "/accounts" }

// Accounts is the list of the accounts of one run that changed, failed or were held, and with .csv or .xlsx its file.
func (h Handlers) Accounts(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	db := h.DB.Read(c.Request().Context())
	run, err := syncing.Get(c.Request().Context(), db, id)
	if err != nil {
		return err
	}
	q, err := httpx.AskList(c, db, syncing.RunAccounts)
	if err != nil {
		return err
	}
	q.Query = q.Of(id)
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.DB, syncing.RunAccounts, q)
	}
	found, err := httpx.FindList(c, db, syncing.RunAccounts, q)
	if err != nil {
		return err
	}
	m := layout.List{Page: session.Page(c, "Accounts of a sync run", "Sync runs"),
		Filters: q.FilterBar(syncing.RunAccounts.Search.Label), Table: h.accountsTable(q, found.Rows),
		Pager: q.Pager(found.Next, found.Prev, found.Said())}
	m.Page.Crumbs = []layout.Crumb{{Label: "Sync runs", Href: listPath},
		{Label: httpx.MomentText(run.RequestedAt, h.Zone), Href: Path(id)}}
	m.Page.Lead = "Those that changed, failed or were held. An account that stayed as it was is only counted."
	return httpx.Render(c, http.StatusOK, m.Show())
}

var outcomeTones = map[string]ui.Tone{syncing.OutcomeFailed: ui.Bad, syncing.OutcomeHeld: ui.Warn,
	syncing.OutcomeChanged: ui.Info}

func (h Handlers) accountsTable(q httpx.ListQuery, rows []syncing.AccountOutcome) ui.Table {
	t := httpx.ListTable(syncing.RunAccounts, q, rows, httpx.Cells[syncing.AccountOutcome]{
		"name": accountCell,
		"outcome": func(a syncing.AccountOutcome) ui.Cell {
			return ui.BadgeCell(words.Capital(a.Outcome), outcomeTones[a.Outcome])
		},
		"cause": causeCell,
		"at":    func(a syncing.AccountOutcome) ui.Cell { return ui.Of(httpx.Moment(a.At, h.Zone)) },
	}, func(a syncing.AccountOutcome, row *ui.Row) { row.ID, row.Label = a.ID.String(), a.ExternalID })
	t.Empty = &ui.EmptyState{Kind: ui.NothingYet, Title: "No account to tell of",
		Text: "No account of this run changed, failed or was held."}
	if q.Narrowed() {
		t.Empty = &ui.EmptyState{Kind: ui.NoMatch, Title: "No account matches", Text: "Change the search or the filter.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	return t
}
