package subscriptions

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/listing"
	"seatledger/internal/review"
	"seatledger/internal/selection"
	"seatledger/internal/subscription/list"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/subscriptions"
)

// mostCounted is how far the rows of a page are counted; "more than" says the rest.
const mostCounted = 10_000

// found is what one look at the list brings.
type found struct {
	listing.Page[list.Row]
	total    int
	progress list.Progress
	waiting  int
	kept     map[uuid.UUID]bool // ticked by this person, on whatever page
}

// List is the list of subscriptions, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	q, err := h.ask(c)
	if err != nil {
		return err
	}
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.DB, list.All, q)
	}
	ctx := c.Request().Context()
	l, err := find(ctx, h.DB.Read(ctx), q)
	if err != nil {
		return err
	}
	if mayDecide(c) {
		ticks := selection.Ticks{User: session.User(c).ID, List: list.All.Name}
		if l.kept, err = h.Bulk.Kept(ctx, h.DB.Read(ctx), ticks); err != nil {
			return err
		}
	}
	m := view.List{
		Page: session.Page(c, "Subscriptions", nav), Tabs: tabs(q, l.progress), Progress: progress(l.progress),
		Filters: q.FilterBar(list.All.Search.Label), Table: table(c, q, l),
		Pager: q.Pager(l.Next, l.Prev, shown(len(l.Rows), l.total)),
	}
	m.Page.Lead = "What the distributors hold for your customers, and whether it is ready to be billed."
	m.Page.Banner = waiting(l.waiting)
	if mayDecide(c) && len(l.Rows) > 0 {
		m.Bulk, m.Note = bar(q, l), noteField()
		if all := signAll(q, l.progress); all != nil {
			m.Page.Actions = append(m.Page.Actions, all)
		}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func find(ctx context.Context, db *gorm.DB, q httpx.ListQuery) (l found, err error) {
	if l.Page, err = list.All.Page(ctx, db, q.Query); err != nil {
		return l, err
	}
	if l.progress, err = list.ProgressOf(ctx, db, q.Query); err != nil {
		return l, err
	}
	if l.total, err = list.All.Count(ctx, db, q.Query, mostCounted); err != nil {
		return l, err
	}
	l.waiting, err = review.Waiting(ctx, db)
	return l, err
}

func waiting(n int) *layout.Notice {
	if n == 0 {
		return nil
	}
	return &layout.Notice{Tone: ui.Info,
		Text: fmt.Sprintf("The review of %s is being made again after a larger change. "+
			"Verdicts may be a few seconds old; reload to see them.", plural(n, "subscription", "subscriptions"))}
}

func shown(n, total int) string {
	switch {
	case total > mostCounted:
		return fmt.Sprintf("%d of more than %s subscriptions", n, count(mostCounted))
	case n == total:
		return plural(total, "subscription", "subscriptions")
	}
	return fmt.Sprintf("%d of %s", n, plural(total, "subscription", "subscriptions"))
}

// tabs lead to exactly the rows that they count.
func tabs(q httpx.ListQuery, p list.Progress) ui.Tabs {
	t := ui.Tabs{Label: "Verdicts"}
	add := func(label, review, excluded string, n int) {
		v := q.Except("review", "excluded")
		set(v, "review", review)
		set(v, "excluded", excluded)
		t.Items = append(t.Items, ui.Tab{Label: label, Href: address(q.Path, v), Count: count(n),
			Active: q.Filter("review") == review && q.Filter("excluded") == excluded})
	}
	t.Items = append(t.Items, ui.Tab{Label: "All", Href: address(q.Path, q.Except("review", "excluded")),
		Active: q.Filter("review") == "" && q.Filter("excluded") == ""})
	add("Fail", "fail", "no", p.Failing())
	add("Warn", "warn", "no", p.Warn)
	add("Ok", "ok", "no", p.OK)
	add("Signed", "signed", "no", p.Signed)
	if p.Excluded > 0 {
		add("Excluded", "", "yes", p.Excluded)
	}
	return t
}

func set(v url.Values, name, value string) {
	if value != "" {
		v.Set(name, value)
	}
}

func address(path string, v url.Values) string {
	return (&url.URL{Path: path, RawQuery: v.Encode()}).String()
}

func progress(p list.Progress) *ui.Progress {
	if p.Total() == 0 {
		return nil
	}
	out := ui.Progress{Label: "Sign-off", Done: p.Signed, Total: p.Total(),
		Text: fmt.Sprintf("%s of %s signed", count(p.Signed), count(p.Total()))}
	if p.Signed == p.Total() {
		out.Tone = ui.Good
	}
	return &out
}
