package notices

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/notify"
	"seatledger/internal/provider"
	views "seatledger/views/notices"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// spec is what the address may say.
func spec(ctx context.Context, tx *gorm.DB) (httpx.ListSpec, error) {
	var kinds []httpx.Choice
	for _, k := range notify.Kinds() {
		kinds = append(kinds, httpx.Choice{Value: string(k), Label: k.Label()})
	}
	s := httpx.ListSpec{Sorts: notify.Sorts(), Filters: []httpx.Filter{
		{Name: "kind", Label: "What", Choices: kinds},
		{Name: "unread", Label: "Read", Choices: []httpx.Choice{{Value: "yes", Label: "Unread only"}}},
		{Name: "provider", Label: "Provider"},
	}}
	order, err := provider.Sorts().Parse("name")
	if err != nil {
		return s, err
	}
	of := &s.Filters[2]
	err = provider.Each(ctx, tx, provider.Filter{}, order, func(r provider.Row) error {
		of.Choices = append(of.Choices, httpx.Choice{Value: r.ID.String(), Label: r.Name})
		return nil
	})
	return s, err
}

func query(c echo.Context, tx *gorm.DB) (httpx.ListQuery, notify.Filter, error) {
	s, err := spec(c.Request().Context(), tx)
	if err != nil {
		return httpx.ListQuery{}, notify.Filter{}, err
	}
	q, err := httpx.ParseList(c, s)
	return q, notify.Filter{Kind: notify.Kind(q.Filter("kind")), Unread: q.Filter("unread") == "yes",
		ProviderID: q.FilterID("provider")}, err
}

func (h Handlers) page(c echo.Context, tx *gorm.DB) (views.List, error) {
	ctx := c.Request().Context()
	q, filter, err := query(c, tx)
	if err != nil {
		return views.List{}, err
	}
	rows, next, err := notify.List(ctx, tx, session.Reader(c), filter, q.Page)
	if err != nil {
		return views.List{}, err
	}
	newest, err := notify.Newest(ctx, tx)
	if err != nil {
		return views.List{}, err
	}
	frame := session.Page(c, "Notices", "")
	frame.Lead = "What happened without a person and somebody should know. " +
		"Each of us has our own marks of what was read."
	if frame.Bell != nil && frame.Bell.Unread > 0 {
		frame.Actions = []templ.Component{readAll(frame.Here, newest)}
	}
	return views.List{Frame: frame, Filters: q.FilterBar(""), Table: h.table(q, rows, frame.Here),
		Pager: q.Pager(next, "", fmt.Sprintf("%d notices on this page", len(rows)))}, nil
}

func readAll(here string, newest uuid.UUID) templ.Component {
	return ui.PostButton{Button: ui.Button{Text: "Mark all read", Icon: "check", Action: path + "/read"},
		Hidden: []ui.Pair{{Name: "through", Value: newest.String()}, {Name: "next", Value: here}}}
}

func (h Handlers) table(q httpx.ListQuery, rows []notify.Notice, here string) ui.Table {
	when := q.Column("at", "When")
	when.Nowrap = true
	t := ui.Table{Caption: "Notices", Empty: emptiness(q), Columns: []ui.Column{
		when, {Label: "What"}, {Label: "On"}, {Label: "What happened, and what to do"}, {Label: "Read", Nowrap: true},
	}}
	for _, n := range rows {
		t.Rows = append(t.Rows, ui.Row{ID: n.ID.String(), Muted: !n.Unread, Cells: []ui.Cell{
			ui.Of(httpx.Moment(n.At, h.Zone)),
			{Badges: []ui.Badge{{Text: n.Kind.Label(), Tone: tone(n.Severity)}}},
			{Text: n.ObjectName, Href: session.ObjectHref(n.ObjectType, n.ObjectID)},
			{Text: n.Text, Sub: httpx.SeatsAndMoney(n.SeatsLost, n.SeatsGained, n.MoneyMonth)},
			readCell(n, here),
		}})
	}
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

func columns() []string {
	return []string{"id", "at", "kind", "severity", "object_type", "object_id", "object_name", "provider_id",
		"provider",
		"text", "seats_lost", "seats_gained", "money_month", "money_currency", "unread"}
}

// file streams all rows of the filter from one snapshot.
func (h Handlers) file(c echo.Context) error {
	ctx := c.Request().Context()
	return h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		q, filter, err := query(c, tx)
		if err != nil {
			return err
		}
		return httpx.CSV(c, "notices.csv", columns(), func(write httpx.Row) error {
			return notify.Each(ctx, tx, session.Reader(c), filter, q.Page,
				func(n notify.Notice) error { return write(cells(n)...) })
		})
	})
}

func cells(n notify.Notice) []httpx.Cell {
	providerID := ""
	if n.ProviderID.Valid {
		providerID = n.ProviderID.UUID.String()
	}
	amounts, currencies := httpx.MoneyColumns(n.MoneyMonth)
	return []httpx.Cell{
		httpx.Plain(n.ID.String()), httpx.Plain(n.At.UTC().Format(time.RFC3339)), httpx.Plain(string(n.Kind)),
		httpx.Plain(string(n.Severity)), httpx.Plain(n.ObjectType), httpx.Text(n.ObjectID), httpx.Text(n.ObjectName),
		httpx.Plain(providerID), httpx.Text(n.Provider), httpx.Text(n.Text),
		httpx.Plain(strconv.Itoa(n.SeatsLost)), httpx.Plain(strconv.Itoa(n.SeatsGained)), httpx.Plain(amounts),
		httpx.Plain(currencies), httpx.Plain(strconv.FormatBool(n.Unread)),
	}
}
