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
	"seatledger/internal/subscription/list"
	"seatledger/internal/words"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/bulk"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/subscriptions"
)

// found is what one look at the list brings.
type found struct {
	listing.Page[list.Row]
	list.Figures
	kept map[uuid.UUID]bool // ticked by this person, on whatever page
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
	l.kept = bulk.TicksFrom(q.Spec.Extras[0])
	m := view.List{
		Page: session.Page(c, "Subscriptions", nav), Tabs: tabs(q, l.Figures), Progress: progress(l.Progress),
		Filters: q.FilterBar(list.All.Search.Label), Table: Table(q, l.Rows, l.kept, mayDecide(c)),
		Pager: q.Pager(l.Next, l.Prev, shown(q, l)),
	}
	m.Page.Lead = "What the distributors hold for your customers, and whether it is ready to be billed."
	m.Page.Banner = waiting(l.Beside)
	if mayDecide(c) && len(l.Rows) > 0 {
		m.Bulk, m.Note = bar(q, l), noteField()
		m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "By cause", Href: causesHref(q)})
		if all := signAll(q, l.Figures); all != nil {
			m.Page.Actions = append(m.Page.Actions, all)
		}
	}
	return httpx.Render(c, http.StatusOK, m.Show())
}

func find(ctx context.Context, db *gorm.DB, q httpx.ListQuery) (l found, err error) {
	l.Page, err = list.All.Page(ctx, db, q.Query, list.AskFigures(q.Query, review.WaitingSQL, &l.Figures))
	if err == nil && l.Frequent {
		l.Beside, err = review.Waiting(ctx, db)
	}
	return l, err
}

func waiting(n int) *layout.Notice {
	if n == 0 {
		return nil
	}
	return &layout.Notice{Tone: ui.Info,
		Text: fmt.Sprintf("The review of %s is being made again after a larger change. "+
			"Verdicts may be a few seconds old; reload to see them.",
			words.Counted(n, "subscription", "subscriptions"))}
}

// uncounted tells whether there are more than anybody counts for one page.
func (l found) uncounted(q httpx.ListQuery) bool {
	return l.Frequent || l.Total > list.MostCounted && !list.All.Kept(q.Query)
}

func shown(q httpx.ListQuery, l found) string {
	n := len(l.Rows)
	switch {
	case l.Frequent:
		return fmt.Sprintf("%d of many subscriptions with “%s”", n, q.Search)
	case l.uncounted(q):
		return fmt.Sprintf("%d of more than %s subscriptions", n, words.Count(list.MostCounted))
	case n == l.Total:
		return words.Counted(l.Total, "subscription", "subscriptions")
	}
	return fmt.Sprintf("%d of %s", n, words.Counted(l.Total, "subscription", "subscriptions"))
}

// tabs lead to exactly the rows that they count. Where there are too many to count for a page they show no figures.
func tabs(q httpx.ListQuery, f list.Figures) ui.Tabs {
	t, p := ui.Tabs{Label: "Verdicts"}, f.Progress
	around := []string{"review", "excluded", "unmapped"}
	add := func(label string, n int, values ...string) {
		v, active := q.Except(around...), true
		for i, name := range around {
			set(v, name, values[i])
			active = active && q.Filter(name) == values[i]
		}
		tab := ui.Tab{Label: label, Href: address(q.Path, v), Active: active}
		if f.Known {
			tab.Count = words.Count(n)
		}
		t.Items = append(t.Items, tab)
	}
	add("All", 0, "", "", "")
	t.Items[0].Count = ""
	add("Fail", p.Failing(), "fail", "no", "no")
	add("Warn", p.Warn, "warn", "no", "")
	add("Ok", p.OK, "ok", "no", "")
	add("Signed", p.Signed, "signed", "no", "")
	if p.Unmapped > 0 || !f.Known {
		add("Wait for a mapping", p.Unmapped, "fail", "", "yes")
	}
	if p.Excluded > 0 || !f.Known {
		add("Excluded", p.Excluded, "", "yes", "")
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
		Text: fmt.Sprintf("%s of %s signed", words.Count(p.Signed), words.Count(p.Total()))}
	if p.Signed == p.Total() {
		out.Tone = ui.Good
	}
	return &out
}
