// Package renewals is the screens of what ends, renews or can be reduced soon: the list with its files, a calendar, and
// the decision about one.
package renewals

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/renewal"
	"seatledger/views/layout"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Handlers answers the routes of renewals.
type Handlers struct {
	Renewals renewal.Service
	BaseURL  string
}

const (
	path = at.Renewals
	nav  = "Renewals"
)

func mayDecide(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Billing) }

// rowPath is the page on which a row is decided.
func rowPath(subscription uuid.UUID, day clock.Date) string {
	return path + "/" + subscription.String() + "/" + day.String()
}

// List is the list of what lies ahead, and with .csv or .xlsx its file.
func (h Handlers) List(c echo.Context) error {
	db, today := h.Renewals.DB.Read(c.Request().Context()), h.Renewals.Today()
	all := renewal.All(today)
	q, err := httpx.AskList(c, db, all)
	if err != nil {
		return err
	}
	q.Query = renewal.From(q.Query, today)
	if httpx.IsFile(c) {
		return httpx.ListFile(c, h.Renewals.DB, all, q)
	}
	found, err := httpx.FindList(c, db, all, q)
	if err != nil {
		return err
	}
	t := httpx.ListTable(all, q, found.Rows, cells(mayDecide(c)), func(r renewal.Row, row *ui.Row) {
		row.ID, row.Label, row.Muted = r.ID.String(), r.Name(), r.Decision != renewal.None && !r.Todo()
	})
	t.Caption, t.Empty = "Renewals", empty(q)
	m := layout.List{Page: session.Page(c, nav, nav), Filters: q.FilterBar(all.Search.Label), Table: t,
		Pager: q.Pager(found.Next, found.Prev, found.Said())}
	m.Page.Lead = fmt.Sprintf("What ends, renews or can be reduced within %d days. What renews by itself each month is not "+
		"here. Nothing is sent to the distributor.", renewal.Furthest)
	m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "Calendar file", Href: icsHref(c), Icon: "download"})
	return httpx.Render(c, http.StatusOK, m.Show())
}

// icsHref is the calendar of what the list shows.
func icsHref(c echo.Context) string {
	if q := c.Request().URL.RawQuery; q != "" {
		return path + ".ics?" + q
	}
	return path + ".ics"
}

// Calendar is the same rows as a calendar file.
func (h Handlers) Calendar(c echo.Context) error {
	ctx := c.Request().Context()
	db, today := h.Renewals.DB.Read(ctx), h.Renewals.Today()
	all := renewal.All(today)
	q, err := httpx.AskList(c, db, all)
	if err != nil {
		return err
	}
	q.Query = renewal.From(q.Query, today)
	where, args := q.Where()
	rows, err := all.Some(ctx, db, where, "r.day, r.id", args...)
	if err != nil {
		return err
	}
	return httpx.Give(c, httpx.Taken, "renewals.ics", "text/calendar; charset=utf-8",
		renewal.Calendar(rows, h.Renewals.Clock.Now(),
			func(r renewal.Row) string {
				return strings.TrimSuffix(h.BaseURL, "/") + rowPath(r.SubscriptionID, r.Day)
			}))
}

func empty(q httpx.ListQuery) *ui.EmptyState {
	if q.Narrowed() {
		return &ui.EmptyState{Kind: ui.NoMatch, Title: "Nothing matches", Text: "Change the search or the filter.",
			Action: &ui.LinkButton{Text: "Clear the filter", Href: q.ClearHref()}}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "Nothing lies ahead",
		Text: fmt.Sprintf("No subscription ends, renews or can be reduced within %d days.", renewal.Furthest)}
}

var whatTones = map[renewal.What]ui.Tone{renewal.Ends: ui.Bad, renewal.Renews: ui.Info, renewal.Unknown: ui.Warn,
	renewal.Reduce: ui.Warn}

func cells(mayDecide bool) httpx.Cells[renewal.Row] {
	return httpx.Cells[renewal.Row]{
		"product": func(r renewal.Row) ui.Cell {
			return ui.Cell{Text: r.Name(), Href: at.Subscription(r.SubscriptionID), Sub: r.ExternalID}
		},
		"day": func(r renewal.Row) ui.Cell { return ui.Cell{Text: r.Day.String(), Sub: windowShort(r)} },
		"what": func(r renewal.Row) ui.Cell {
			return ui.BadgeCell(r.What.Words(), whatTones[r.What])
		},
		"crm_account": func(r renewal.Row) ui.Cell {
			if !r.CRMAccountID.Valid {
				return ui.Cell{Text: "no customer", Muted: true}
			}
			return ui.Cell{Text: r.CRMAccount, Href: at.CRMAccount(r.CRMAccountID.UUID), Sub: r.Contract}
		},
		"unit_price": func(r renewal.Row) ui.Cell { return ui.Of(httpx.Amount(r.UnitPrice, r.Currency, r.PricePeriod)) },
		"list_price": func(r renewal.Row) ui.Cell {
			return ui.Of(httpx.Amount(r.ListPrice, r.ListCurrency, r.ListUnit))
		},
		"decision": func(r renewal.Row) ui.Cell { return decisionCell(r, mayDecide) },
		"owner":    func(r renewal.Row) ui.Cell { return ui.Cell{Text: r.Owner, Sub: short(r.Note)} },
		"decided_at": func(r renewal.Row) ui.Cell {
			if r.DecidedAt == nil {
				return ui.Cell{}
			}
			return ui.Of(httpx.Moment(*r.DecidedAt, time.UTC))
		},
	}
}

// short is the beginning of a note.
func short(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

// windowShort is windowWords for a column.
func windowShort(r renewal.Row) string {
	switch {
	case r.ReduceUntil.IsZero():
		return ""
	case r.What == renewal.Reduce:
		return "since " + r.ReduceFrom.String()
	}
	return "reduce until " + r.ReduceUntil.String()
}

// windowWords say on which days Microsoft takes seats back.
func windowWords(r renewal.Row) string {
	switch {
	case r.ReduceUntil.IsZero():
		return ""
	case r.What == renewal.Reduce:
		return "168 hours from " + r.ReduceFrom.String() + ", ends about " + r.ReduceUntil.String()
	}
	return "then to be reduced until about " + r.ReduceUntil.String()
}

func decisionCell(r renewal.Row, mayDecide bool) ui.Cell {
	words, tone := r.Decision.Words(), ui.Neutral
	if r.Decision == renewal.ReduceTo && r.LeftSeats != nil {
		words = fmt.Sprintf("reduce to %d", *r.LeftSeats)
	}
	switch {
	case r.Decision == renewal.None:
		tone = ui.Warn
	case r.Todo():
		tone, words = ui.Info, words+", to do"
	case r.Done:
		tone, words = ui.Good, words+", done"
	}
	cell := ui.BadgeCell(words, tone)
	if mayDecide {
		cell.Badges, cell.Text, cell.Href = nil, words, rowPath(r.SubscriptionID, r.Day)
	}
	return cell
}

// errNoDay is that the address names no day.
var errNoDay = errors.New("no day")

func parts(c echo.Context) (uuid.UUID, clock.Date, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return id, clock.Date{}, err
	}
	day, err := clock.ParseDate(c.Param("day"))
	if err != nil || day.IsZero() {
		return id, day, echo.NewHTTPError(http.StatusNotFound).SetInternal(errNoDay)
	}
	return id, day, nil
}
