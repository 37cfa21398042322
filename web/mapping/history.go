package mapping

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/mapping"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/bulk"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

var historySpec = httpx.ListSpec{
	Sorts: mapping.JournalSorts(),
	Filters: []httpx.Filter{
		{Name: "provider", Label: "Provider", IsID: true}, {Name: "account", Label: "One account", IsID: true},
		{Name: "batch", Label: "One batch", IsID: true},
		{Name: "by", Label: "Decided by",
			Choices: []httpx.Choice{{Value: "person", Label: "A person"}, {Value: "machine", Label: "Seatledger"}}},
		{Name: "action", Label: "What", Choices: []httpx.Choice{{Value: "map", Label: "Mapped"},
			{Value: "unmap", Label: "Unmapped"}, {Value: "exclude", Label: "Excluded"},
			{Value: "include", Label: "Included"},
			{Value: "undo", Label: "Undone"}, {Value: "no", Label: "Said no"}, {Value: "snooze", Label: "Snoozed"}}},
	},
}

// History is who decided what, when and why, and with .csv its file.
func (h Handlers) History(c echo.Context) error {
	q, err := httpx.ParseList(c, historySpec)
	if err != nil {
		return err
	}
	f := mapping.JournalFilter{ProviderID: q.FilterID("provider"), AccountID: q.FilterID("account"),
		BatchID: q.FilterID("batch"), By: q.Filter("by"), Action: q.Filter("action"), Search: q.Search}
	if httpx.IsCSV(c) {
		return h.historyFile(c, q, f)
	}
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	rows, next, err := mapping.Journal(ctx, db, f, q.Page)
	if err != nil {
		return err
	}
	providers, err := account.ProviderChoices(ctx, db)
	if err != nil {
		return err
	}
	m := layout.List{Page: session.Page(c, "Mapping history", nav),
		Filters: withProviders(q.FilterBar("Search account, CRM account or person"), providers, q.Filter("provider")),
		Table:   h.historyTable(q, rows), Pager: q.Pager(next, "", "")}
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}}
	m.Page.Lead = "Who decided what, when and why. What Seatledger mapped by itself stands here too, with what it " +
		"rested on."
	return httpx.Render(c, http.StatusOK, m.Show())
}

func (h Handlers) historyTable(q httpx.ListQuery, rows []mapping.Entry) ui.Table {
	t := ui.Table{Caption: "Decisions about mappings", Compact: true,
		Columns: []ui.Column{{Label: "Account"}, {Label: "Decision"}, {Label: "CRM account"}, {Label: "Why"},
			{Label: "By"}, q.Column("at", "When")},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing was decided yet",
			Text: "Each mapping, exclusion, no and snooze will stand here."}}
	if q.Narrowed() {
		t.Empty = &ui.EmptyState{Kind: ui.NoMatch, Title: "No decision matches",
			Text:   "Change the search or the filter.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	for _, e := range rows {
		name := ui.LinkCell(e.Account, accountPath(e.AccountID))
		name.Sub = e.Provider
		why := ui.TextCell(e.Why)
		if e.BatchID.Valid {
			why = ui.LinkCell(e.Why, bulk.Path(e.BatchID.UUID))
		}
		if e.Probability != nil {
			why.Sub = fmt.Sprintf("%d %% confidence then", min(int(*e.Probability*100), 99))
		}
		t.Rows = append(t.Rows, ui.Row{Muted: e.TakenBack || e.Lapsed,
			Cells: []ui.Cell{name, entryCell(e), customerCell(e), why, ui.TextCell(e.Actor),
				ui.Of(httpx.Moment(e.At, h.Zone))}})
	}
	return t
}

var entryWords = map[string]ui.Badge{
	"map": {Text: "mapped", Tone: ui.Good}, "unmap": {Text: "unmapped", Tone: ui.Warn}, "exclude": {Text: "excluded"},
	"include": {Text: "included"},
	"undo":    {Text: "undone", Tone: ui.Info}, "no": {Text: "said no"}, "snooze": {Text: "snoozed"},
}

func entryCell(e mapping.Entry) ui.Cell {
	cell := ui.Cell{Badges: []ui.Badge{entryWords[e.Action]}}
	switch {
	case e.TakenBack:
		cell.Sub = "taken back since"
	case e.Lapsed:
		cell.Sub = "the data have changed since"
	}
	return cell
}

func customerCell(e mapping.Entry) ui.Cell {
	cell := ui.Cell{}
	if e.CRMAccountID.Valid {
		cell = ui.LinkCell(e.CRMAccount, crmPath(e.CRMAccountID.UUID))
	}
	if e.From != "" {
		cell.Sub = "before: " + e.From
	}
	return cell
}

var historyHeader = []string{"id", "at", "actor", "by_person", "action", "account_id", "account", "external_id",
	"provider_id", "provider", "crm_account_id", "crm_account", "crm_account_before", "why", "probability", "batch_id",
	"taken_back", "lapsed"}

func (h Handlers) historyFile(c echo.Context, q httpx.ListQuery, f mapping.JournalFilter) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "mapping-history.csv", historyHeader, func(write httpx.Row) error {
		return h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return mapping.EachEntry(ctx, tx, f, q.Page.Order,
				func(e mapping.Entry) error { return write(entryCells(e)...) })
		})
	})
}

func entryCells(e mapping.Entry) []httpx.Cell {
	probability := ""
	if e.Probability != nil {
		probability = strconv.FormatFloat(*e.Probability, 'f', -1, 64)
	}
	return []httpx.Cell{httpx.Plain(e.ID.String()), httpx.Plain(e.At.UTC().Format(time.RFC3339)), httpx.Text(e.Actor),
		httpx.Plain(strconv.FormatBool(e.ByPerson)), httpx.Plain(e.Action),
		httpx.Plain(e.AccountID.String()), httpx.Text(e.Account), httpx.Text(e.ExternalID),
		httpx.Plain(e.ProviderID.String()), httpx.Text(e.Provider), httpx.Plain(idText(e.CRMAccountID)),
		httpx.Text(e.CRMAccount),
		httpx.Text(e.From), httpx.Text(e.Why), httpx.Plain(probability), httpx.Plain(idText(e.BatchID)),
		httpx.Plain(strconv.FormatBool(e.TakenBack)), httpx.Plain(strconv.FormatBool(e.Lapsed))}
}
