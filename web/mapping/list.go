package mapping

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/mapping"
	"seatledger/internal/match"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

const listPath = path + "/list"

var listSpec = httpx.ListSpec{
	Sorts: mapping.QueueSorts(),
	Filters: []httpx.Filter{
		{Name: "provider", Label: "Provider", IsID: true},
		{Name: "show", Label: "Show", Choices: []httpx.Choice{{Value: "open", Label: "To decide"},
			{Value: "no_match", Label: "None of these"}, {Value: "snoozed", Label: "Snoozed"}}},
		{Name: "band", Label: "Confidence", Choices: []httpx.Choice{{Value: "certain", Label: "Certain"},
			{Value: "likely", Label: "Likely"}, {Value: "unclear", Label: "Unclear"},
			{Value: "none", Label: "No candidate"}}},
	},
}

// List is the queue as a list, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	q, err := httpx.ParseList(c, listSpec)
	if err != nil {
		return err
	}
	w := where{provider: q.Filter("provider"), show: q.Filter("show"), band: q.Filter("band"), search: q.Search}
	if httpx.IsCSV(c) {
		return h.listFile(c, q, w)
	}
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	rows, next, err := mapping.Queue(ctx, db, w.filter(h.today()), q.Page)
	if err != nil {
		return err
	}
	providers, err := account.ProviderChoices(ctx, db)
	if err != nil {
		return err
	}
	m := layout.List{Page: session.Page(c, "Mapping queue as a list", nav),
		Filters: withProviders(q.FilterBar("Search name, domain, external id or tenant id"), providers,
			q.Filter("provider")), Pager: q.Pager(next, "", "")}
	m.Page.Crumbs = []layout.Crumb{{Label: nav, Href: path}}
	m.Page.Lead = "What is certain stands first. Each account opens beside its candidates."
	m.Page.Actions = []templ.Component{ui.LinkButton{Text: "One at a time", Href: w.link(path)},
		ui.LinkButton{Text: "History", Href: path + "/history"}}
	m.Table = h.listTable(q, w, rows, mayMap(c))
	return httpx.Render(c, http.StatusOK, m.Show())
}

// withProviders adds the select of the providers that have accounts to a bar.
func withProviders(bar ui.FilterBar, providers []account.ProviderChoice, chosen string) ui.FilterBar {
	f := ui.Field{Kind: ui.SelectBox, Name: "provider", Label: "Provider", Value: chosen,
		Options: []ui.Option{{Label: "All"}}}
	for _, p := range providers {
		f.Options = append(f.Options, ui.Option{Value: p.ID.String(), Label: p.Name})
		for i := range bar.Chips {
			if bar.Chips[i].Label == "Provider" && chosen == p.ID.String() {
				bar.Chips[i].Label = "Provider: " + p.Name
			}
		}
	}
	bar.Selects = append([]ui.Field{f}, bar.Selects...)
	var kept []ui.Pair
	for _, p := range bar.Hidden {
		if p.Name != "provider" {
			kept = append(kept, p)
		}
	}
	bar.Hidden = kept
	return bar
}

func (h Handlers) listTable(q httpx.ListQuery, w where, rows []mapping.Waiting, mayMap bool) ui.Table {
	t := ui.Table{Caption: "Accounts that wait", Columns: []ui.Column{q.Column("name", "Account"), {Label: "Provider"},
		q.Column("band", "Confidence"), {Label: "Best candidate"}, {Label: "Decide", Hidden: !mayMap}},
		Empty: &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing waits here",
			Text: "No account of this part of the queue waits for a decision."}}
	if q.Narrowed() {
		t.Empty = &ui.EmptyState{Kind: ui.NoMatch, Title: "No account matches",
			Text:   "Change the search or the filter.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	for _, r := range rows {
		name := ui.LinkCell(r.Called(), w.link(path, "at", r.ID.String()))
		name.Sub = r.Domain
		t.Rows = append(t.Rows, ui.Row{ID: r.ID.String(), Label: r.Called(), Cells: []ui.Cell{
			name, ui.LinkCell(r.Provider, at.Provider(r.ProviderID)), bandCell(r), bestCell(r),
			ui.Of(acceptCell(r, w, mayMap))}})
	}
	return t
}

func bandCell(r mapping.Waiting) ui.Cell {
	if r.Band == mapping.NoBand {
		return ui.BadgeCell("no candidate", ui.Neutral)
	}
	cell := ui.BadgeCell(fmt.Sprintf("%d %% %s", min(int(r.Probability*100), 99), r.Band),
		bandTones[match.Band(r.Band)])
	if r.Tied {
		cell.Badges = append(cell.Badges, ui.Badge{Text: "near tie", Tone: ui.Warn})
	}
	if !r.SnoozedUntil.IsZero() {
		cell.Sub = "put aside until " + r.SnoozedUntil.String() + " by " + r.Snoozer
	}
	return cell
}

func bestCell(r mapping.Waiting) ui.Cell {
	if !r.CRMAccountID.Valid {
		return ui.Cell{}
	}
	cell := ui.LinkCell(r.CRMAccount, crmPath(r.CRMAccountID.UUID))
	cell.Sub = sentence(r.Doubt)
	if r.HolderID.Valid {
		cell.Sub = "Taken by " + r.Holder + "."
	}
	return cell
}

func acceptCell(r mapping.Waiting, w where, mayMap bool) templ.Component {
	if !mayMap || !r.CRMAccountID.Valid || r.HolderID.Valid || r.Tied {
		return ui.LinkButton{Text: "Look", Href: w.link(path, "at", r.ID.String()), Compact: true}
	}
	return ui.PostButton{Button: ui.Button{Text: "Accept", Action: path + "/" + r.ID.String() + "/accept",
		Compact: true},
		Hidden: append(w.pairs(), ui.Pair{Name: "view", Value: "list"},
			ui.Pair{Name: "crm_account_id", Value: r.CRMAccountID.UUID.String()},
			ui.Pair{Name: "why", Value: fmt.Sprintf("%d %% confidence", min(int(r.Probability*100), 99))})}
}

var listHeader = []string{"account_id", "provider_id", "provider", "external_id", "name", "domain", "confidence",
	"probability", "crm_account_id", "crm_account", "doubt", "near_tie", "holder_id", "holder", "snoozed_until"}

func (h Handlers) listFile(c echo.Context, q httpx.ListQuery, w where) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "mapping-queue.csv", listHeader, func(write httpx.Row) error {
		return h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return mapping.EachWaiting(ctx, tx, w.filter(h.today()), q.Page.Order,
				func(r mapping.Waiting) error { return write(waitingCells(r)...) })
		})
	})
}

func waitingCells(r mapping.Waiting) []httpx.Cell {
	probability := ""
	if r.CRMAccountID.Valid {
		probability = strconv.FormatFloat(r.Probability, 'f', -1, 64)
	}
	return []httpx.Cell{httpx.Plain(r.ID.String()), httpx.Plain(r.ProviderID.String()), httpx.Text(r.Provider),
		httpx.Text(r.ExternalID), httpx.Text(r.Name), httpx.Text(r.Domain),
		httpx.Plain(r.Band), httpx.Plain(probability), httpx.Plain(idText(r.CRMAccountID)), httpx.Text(r.CRMAccount),
		httpx.Text(r.Doubt), httpx.Plain(strconv.FormatBool(r.Tied)),
		httpx.Plain(idText(r.HolderID)), httpx.Text(r.Holder), httpx.Plain(r.SnoozedUntil.String())}
}

func idText(id uuid.NullUUID) string {
	if !id.Valid {
		return ""
	}
	return id.UUID.String()
}
