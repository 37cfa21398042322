package bulk

import (
	"net/url"

	"github.com/google/uuid"

	"seatledger/internal/listing"
	"seatledger/internal/selection"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// Page is what a page of a list has to do with ticks.
type Page struct {
	Shown []uuid.UUID
	Kept  map[uuid.UUID]bool // ticked by this person, on whatever page
	Total int                // rows that match
	Many  bool               // they are too many to be counted for a page
}

// Ticks asks with a list's choices what a person has ticked on it, for TicksFrom.
func Ticks(s *selection.Service, user uuid.UUID, list string) listing.Extra {
	sql, args := s.Asked(selection.Ticks{User: user, List: list})
	return listing.Extra{SQL: "SELECT record_id::text, '', '' FROM (" + sql + ") t", Args: args}
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
