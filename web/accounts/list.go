package accounts

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/mapping"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/accounts"
)

// List is the mapping page, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	q, err := httpx.ParseList(c, listSpec)
	if err != nil {
		return err
	}
	if httpx.IsCSV(c) {
		return h.file(c, q)
	}
	s, err := h.sheet(c, q)
	if err != nil {
		return err
	}
	m := view.List{
		Page: session.Page(c, "Provider accounts", nav), Progress: progress(s.progress), Tabs: tabs(q, s.progress),
		Filters: filters(q, s.providers),
		Table:   h.table(q, s), Pager: q.Pager(s.next, "", shown(len(s.rows), s.total)),
	}
	m.Page.Actions = []templ.Component{ui.LinkButton{Text: "Map one after the other",
		Href: "/mapping?" + query("provider", q.Filter("provider"))}}
	m.Page.Lead = "The customers as the distributor knows them. Each is tied to one CRM account before its " +
		"subscriptions are billed."
	return httpx.Render(c, http.StatusOK, m.Show())
}

// sheet is what one page of the list shows.
type sheet struct {
	rows      []account.Row
	next      string
	total     int
	progress  account.Progress
	proposals map[uuid.UUID][]mapping.Proposal
	heritages map[uuid.UUID]mapping.Heritage
	providers []account.ProviderChoice
	mayMap    bool
	here      string
}

func (h Handlers) sheet(c echo.Context, q httpx.ListQuery) (sheet, error) {
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	f := filterOf(q)
	s := sheet{mayMap: mayMap(c), here: c.Request().URL.RequestURI()}
	var err error
	if s.rows, s.next, err = account.List(ctx, db, f, q.Page); err != nil {
		return s, err
	}
	if s.total, err = account.Count(ctx, db, f); err != nil {
		return s, err
	}
	if s.progress, err = account.ProgressOf(ctx, db, f.ProviderID); err != nil {
		return s, err
	}
	var open []uuid.UUID
	for _, r := range s.rows {
		if r.State == account.Unmapped {
			open = append(open, r.ID)
		}
	}
	if s.proposals, err = mapping.Proposals(ctx, db, open); err != nil {
		return s, err
	}
	if s.heritages, err = mapping.Heritages(ctx, db, open); err != nil {
		return s, err
	}
	s.providers, err = account.ProviderChoices(ctx, db)
	return s, err
}

// filters is the bar over the list, with a select of the providers that have accounts.
func filters(q httpx.ListQuery, providers []account.ProviderChoice) ui.FilterBar {
	bar := q.FilterBar("Search name, domain, external id or tenant id")
	chosen := q.Filter("provider")
	choice := ui.Field{Kind: ui.SelectBox, Name: "provider", Label: "Provider", Value: chosen,
		Options: []ui.Option{{Label: "All"}}}
	for _, p := range providers {
		choice.Options = append(choice.Options, ui.Option{Value: p.ID.String(), Label: p.Name})
		for i := range bar.Chips {
			if bar.Chips[i].Label == "Provider" && chosen == p.ID.String() {
				bar.Chips[i].Label = "Provider: " + p.Name
			}
		}
	}
	bar.Selects = append([]ui.Field{choice}, bar.Selects...)
	bar.Hidden = slices.DeleteFunc(bar.Hidden, func(p ui.Pair) bool { return p.Name == "provider" })
	return bar
}

func progress(p account.Progress) ui.Progress {
	text := fmt.Sprintf("%d %% mapped, %d to do", p.Percent(), p.Unmapped)
	if p.Excluded > 0 {
		text += fmt.Sprintf(", %d excluded", p.Excluded)
	}
	tone := ui.Good
	if p.Unmapped > 0 {
		tone = ui.Info
	}
	return ui.Progress{Label: "Mapping", Text: text, Done: p.Mapped, Total: p.Mapped + p.Unmapped, Tone: tone}
}

func tabs(q httpx.ListQuery, p account.Progress) ui.Tabs {
	t := ui.Tabs{Label: "Accounts by mapping state"}
	for _, x := range []struct {
		state, label string
		n            int
	}{
		{"", "All", p.Unmapped + p.Mapped + p.Excluded}, {"unmapped", "To do", p.Unmapped},
		{"mapped", "Mapped", p.Mapped}, {"excluded", "Excluded", p.Excluded},
	} {
		t.Items = append(t.Items, ui.Tab{Label: x.label, Href: q.With("state", x.state), Count: strconv.Itoa(x.n),
			Active: q.Filter("state") == x.state})
	}
	return t
}

func shown(n, total int) string {
	if n == total {
		return fmt.Sprintf("%d accounts", total)
	}
	return fmt.Sprintf("%d of %d accounts", n, total)
}

var header = []string{
	"id", "provider_id", "provider", "external_id", "name", "domain", "tenant_id", "provider_status", "state",
	"crm_account_id", "crm_account",
	"exclude_reason", "decided_by", "decided_at", "decided_why", "first_seen_at", "gone_at",
}

func (h Handlers) file(c echo.Context, q httpx.ListQuery) error {
	ctx := c.Request().Context()
	return httpx.CSV(c, "accounts.csv", header, func(write httpx.Row) error {
		return h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
			return account.Each(ctx, tx, filterOf(q), q.Page.Order,
				func(r account.Row) error { return write(cells(r)...) })
		})
	})
}

func cells(r account.Row) []httpx.Cell {
	crmID := ""
	if r.CRMAccountID.Valid {
		crmID = r.CRMAccountID.UUID.String()
	}
	return []httpx.Cell{
		httpx.Plain(r.ID.String()), httpx.Plain(r.ProviderID.String()), httpx.Text(r.Provider),
		httpx.Text(r.ExternalID), httpx.Text(r.Name),
		httpx.Text(r.Domain), httpx.Text(r.TenantID), httpx.Plain(string(r.Status)), httpx.Plain(string(r.State)),
		httpx.Plain(crmID), httpx.Text(r.CRMAccount),
		httpx.Text(r.ExcludeReason), httpx.Text(r.DecidedBy), moment(r.DecidedAt), httpx.Text(r.DecidedWhy),
		moment(&r.FirstSeenAt), moment(r.GoneAt),
	}
}

func moment(t *time.Time) httpx.Cell {
	if t == nil {
		return httpx.Plain("")
	}
	return httpx.Plain(t.UTC().Format(time.RFC3339))
}
