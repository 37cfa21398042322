package subscriptions

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/review"
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
	rows     []list.Row
	next     string
	total    int
	progress list.Progress
	waiting  int
}

// List is the list of subscriptions, and with .csv its file.
func (h Handlers) List(c echo.Context) error {
	spec, err := h.spec(c)
	if err != nil {
		return err
	}
	q, err := httpx.ParseList(c, spec)
	if err != nil {
		return err
	}
	f := filterOf(q)
	if httpx.IsCSV(c) {
		return h.file(c, f, q)
	}
	var l found
	err = h.DB.Snapshot(c.Request().Context(), func(tx *gorm.DB) error {
		l, err = find(c.Request().Context(), tx, f, q)
		return err
	})
	if err != nil {
		return err
	}
	m := view.List{
		Page: session.Page(c, "Subscriptions", nav), Tabs: tabs(q, l.progress), Progress: progress(l.progress),
		Filters: bar(q), Table: h.table(c, q, l.rows), Pager: q.Pager(l.next, shown(len(l.rows), l.total)),
	}
	m.Page.Lead = "What the distributors hold for your customers, and whether it is ready to be billed."
	m.Page.Banner = waiting(l.waiting)
	if mayDecide(c) && len(l.rows) > 0 {
		m.Bulk, m.Note, m.SignAll = bulk(q, l.rows), noteField(), signAll(q, l.progress)
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func find(ctx context.Context, db *gorm.DB, f list.Filter, q httpx.ListQuery) (l found, err error) {
	if l.rows, l.next, err = list.Page(ctx, db, f, q.Page); err != nil {
		return l, err
	}
	if l.total, err = list.Count(ctx, db, f, mostCounted); err != nil {
		return l, err
	}
	if l.progress, err = list.ProgressOf(ctx, db, f); err != nil {
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
		v := q.Without("review", "excluded")
		set(v, "review", review)
		set(v, "excluded", excluded)
		t.Items = append(t.Items, ui.Tab{Label: label, Href: address(q.Path, v), Count: count(n),
			Active: q.Filter("review") == review && q.Filter("excluded") == excluded})
	}
	t.Items = append(t.Items, ui.Tab{Label: "All", Href: address(q.Path, q.Without("review", "excluded")),
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
