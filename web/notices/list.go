package notices

import (
	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/notify"
	views "seatledger/views/notices"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// ask reads the address of the list as the reader sees it.
func (h Handlers) ask(c echo.Context) (httpx.ListQuery, error) {
	who := session.Reader(c)
	q, err := httpx.AskList(c, h.DB.Read(c.Request().Context()), notify.All, func(s *httpx.ListSpec) {
		s.Filter("unread").Args = who.UnreadArgs
	})
	q.Query = notify.For(who, q.Query)
	return q, err
}

func (h Handlers) page(c echo.Context, q httpx.ListQuery) (views.List, error) {
	db := h.DB.Read(c.Request().Context())
	found, err := httpx.FindList(c, db, notify.All, q)
	if err != nil {
		return views.List{}, err
	}
	newest, err := notify.Newest(c.Request().Context(), db)
	if err != nil {
		return views.List{}, err
	}
	frame := session.Page(c, "Notices", "")
	frame.Lead = "What happened without a person and somebody should know. " +
		"Each of us has our own marks of what was read."
	if frame.Bell != nil && frame.Bell.Unread > 0 {
		frame.Actions = []templ.Component{readAll(frame.Here, newest)}
	}
	return views.List{Frame: frame, Filters: q.FilterBar(""), Table: h.table(q, found.Rows, frame.Here),
		Pager: q.Pager(found.Next, found.Prev, found.Said())}, nil
}

func readAll(here string, newest uuid.UUID) templ.Component {
	return ui.PostButton{Button: ui.Button{Text: "Mark all read", Icon: "check", Action: path + "/read"},
		Hidden: []ui.Pair{{Name: "through", Value: newest.String()}, {Name: "next", Value: here}}}
}

func (h Handlers) table(q httpx.ListQuery, rows []notify.Notice, here string) ui.Table {
	t := httpx.ListTable(notify.All, q, rows, httpx.Cells[notify.Notice]{
		"at": func(n notify.Notice) ui.Cell { return ui.Of(httpx.Moment(n.At, h.Zone)) },
		"kind": func(n notify.Notice) ui.Cell {
			return ui.Cell{Badges: []ui.Badge{{Text: n.Kind.Label(), Tone: tone(n.Severity)}}}
		},
		"object_name": func(n notify.Notice) ui.Cell {
			return ui.Cell{Text: n.ObjectName, Href: session.ObjectHref(n.ObjectType, n.ObjectID)}
		},
		"text": func(n notify.Notice) ui.Cell {
			return ui.Cell{Text: n.Text, Sub: httpx.SeatsAndMoney(n.SeatsLost, n.SeatsGained, n.MoneyMonth)}
		},
		"unread": func(n notify.Notice) ui.Cell { return readCell(n, here) },
	}, func(n notify.Notice, row *ui.Row) { row.ID, row.Muted = n.ID.String(), !n.Unread })
	t.Empty = emptiness(q)
	return t
}

func readCell(n notify.Notice, here string) ui.Cell {
	if !n.Unread {
		return ui.Cell{Text: "read", Muted: true}
	}
	return ui.Of(ui.PostButton{Button: ui.Button{Text: "Mark read", Compact: true, Weight: ui.Quiet,
		Action: path + "/" + n.ID.String() + "/read"}, Hidden: []ui.Pair{{Name: "next", Value: here}}})
}

func tone(s notify.Severity) ui.Tone {
	switch s {
	case notify.Bad:
		return ui.Bad
	case notify.Warn:
		return ui.Warn
	}
	return ui.Info
}

func emptiness(q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "No notice fits", Text: "The filter hides every notice.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing to tell",
		Text: "A night that failed or was missed, and what a sync would not believe, will stand here."}
}
