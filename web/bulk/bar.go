package bulk

import (
	"net/url"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/listing"
	"seatledger/internal/selection"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Page is what a page of a list has to do with ticks.
type Page struct {
	Shown []uuid.UUID
	Kept  map[uuid.UUID]bool // ticked by this person, on whatever page
	Total int                // rows that match
	Many  bool               // they are too many to be counted for a page
}

// Ticks asks with a list's choices what the person has ticked on it, for TicksFrom: nothing where that is nothing.
func Ticks(c echo.Context, s *selection.Service, list string) listing.Extra {
	if !session.HasTicked(c, list) {
		return listing.Extra{}
	}
	sql, args := s.Asked(selection.Ticks{User: session.User(c).ID, List: list})
	return listing.Extra{SQL: "SELECT record_id::text, '', '' FROM (" + sql + ") t", Args: args}
}

// Kept are the ticks that stand, for a page that asks them by themselves: nothing is asked where there are none.
func Kept(c echo.Context, s *selection.Service, list string) (map[uuid.UUID]bool, error) {
	if !session.HasTicked(c, list) {
		return nil, nil //nolint:nilnil // no ticks are a map without any
	}
	ctx := c.Request().Context()
	return s.Kept(ctx, s.DB.Read(ctx), selection.Ticks{User: session.User(c).ID, List: list})
}

// TicksFrom reads what Ticks asked.
func TicksFrom(said []listing.Choice) map[uuid.UUID]bool {
	out := make(map[uuid.UUID]bool, len(said))
	for _, s := range said {
		if id, err := uuid.Parse(s.Value); err == nil {
			out[id] = true
		}
	}
	return out
}

// Bar is the bar of a list on which ticks are kept: what is common to all lists. The list adds
// where it posts to, its wording and its buttons.
func Bar(q httpx.ListQuery, list string, p Page) *ui.BulkBar {
	all := "All " + words.Count(p.Total) + " that match"
	if p.Many {
		all = "All that match"
	}
	b := &ui.BulkBar{Keep: "/ticks/" + list, Kept: len(p.Kept), All: all, Hidden: []ui.Pair{
		{Name: "next", Value: (&url.URL{Path: q.Path, RawQuery: q.Except().Encode()}).String()},
		{Name: "filter", Value: q.Except("sort").Encode()}}}
	for _, id := range p.Shown {
		b.Hidden = append(b.Hidden, ui.Pair{Name: "shown", Value: id.String()})
		if p.Kept[id] {
			b.Kept--
		}
	}
	return b
}
