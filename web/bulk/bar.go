package bulk

import (
	"net/url"

	"github.com/google/uuid"

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
