package accounts

import (
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/internal/listing"
	"seatledger/internal/mapping"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/bulk"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/accounts"
)

// List is the mapping page, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	ctx := c.Request().Context()
	q, err := httpx.AskListWith(c, h.DB.Read(ctx), account.All,
		[]listing.Extra{bulk.Ticks(c, h.Bulk, account.All.Name)})
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.DB, account.All, q)
	}
	s, err := h.sheet(c, q)
	if err != nil {
		return err
	}
	m := view.List{
		Page: session.Page(c, "Provider accounts", nav), Progress: progress(s.progress), Tabs: tabs(q, s.progress),
		Filters: q.FilterBar(account.All.Search.Label),
		Table:   h.table(q, s), Pager: q.Pager(s.Next, s.Prev, s.Said()),
	}
	if s.mayMap && len(s.Rows) > 0 {
		m.Bulk = bar(q, s)
	}
	m.Page.Actions = []templ.Component{ui.LinkButton{Text: "Map one after the other",
		Href: at.Mapping + "?" + query("provider", q.Filter("provider"))}}
	m.Page.Lead = "The customers as the distributor knows them. Each is tied to one CRM account before its " +
		"subscriptions are billed."
	return httpx.Render(c, http.StatusOK, m.Show())
}

// sheet is what one page of the list shows.
type sheet struct {
	httpx.Found[account.Row]
	progress  account.Progress
	proposals map[uuid.UUID][]mapping.Proposal
	heritages map[uuid.UUID]mapping.Heritage
	mayMap    bool
	here      string
	kept      map[uuid.UUID]bool // ticked by this person, on whatever page
}

func (h Handlers) sheet(c echo.Context, q httpx.ListQuery) (sheet, error) {
	ctx := c.Request().Context()
	db := h.DB.Read(ctx)
	s := sheet{mayMap: mayMap(c), here: c.Request().URL.RequestURI()}
	var err error
	of := q.FilterID("provider")
	s.Found, err = httpx.FindList(c, db, account.All, q, account.AskProgress(of, &s.progress))
	if err == nil && s.Frequent {
		s.progress, err = account.ProgressOf(ctx, db, of)
	}
	if err != nil {
		return s, err
	}
	s.kept = bulk.TicksFrom(q.Spec.Extras[0])
	var open []uuid.UUID
	for _, r := range s.Rows {
		if r.State == account.Unmapped {
			open = append(open, r.ID)
		}
	}
	if len(open) == 0 {
		return s, nil
	}
	s.proposals, s.heritages, err = mapping.ForRows(ctx, db, open)
	return s, err
}

const bulkForm = "decide-many"

// bar is what can be done to the ticked accounts, to those ticked on other pages, and to all that match.
func bar(q httpx.ListQuery, s sheet) *ui.BulkBar {
	ids := make([]uuid.UUID, len(s.Rows))
	for i, r := range s.Rows {
		ids[i] = r.ID
	}
	b := bulk.Bar(q, account.All.Name, bulk.Page{Shown: ids, Kept: s.kept, Total: s.Total, Many: s.Uncounted()})
	b.FormID, b.Action, b.Hint = bulkForm, path+"/exclude", "Tick accounts to act on them."
	b.Buttons = []ui.Button{{Text: "Exclude"}}
	return b
}

func progress(p account.Progress) ui.Progress {
	text := fmt.Sprintf("%d %% mapped, %s to do", p.Percent(), words.Count(p.Unmapped))
	if p.Excluded > 0 {
		text += fmt.Sprintf(", %s excluded", words.Count(p.Excluded))
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
		t.Items = append(t.Items, ui.Tab{Label: x.label, Href: q.With("state", x.state), Count: words.Count(x.n),
			Active: q.Filter("state") == x.state})
	}
	return t
}
