package audit

import (
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// readable turns "sign_in.refused" into "sign in refused".
func readable(word string) string {
	return strings.NewReplacer("_", " ", ".", " ", "-", " ").Replace(word)
}

// ask reads the address of the trail. Its days are those of the configured zone.
func (h Handlers) ask(c echo.Context) (httpx.ListQuery, error) {
	return httpx.AskList(c, h.DB.Read(c.Request().Context()), audit.Trail, func(s *httpx.ListSpec) {
		s.Filter("from").Args = func(day string) []any { return h.startOf(day, 0) }
		s.Filter("to").Args = func(day string) []any { return h.startOf(day, 1) }
	})
}

// startOf is the first moment of a day, or of the one so many days after it, for both places in which
// a filter asks for it. The list has checked that it is a date.
func (h Handlers) startOf(day string, later int) []any {
	d, _ := clock.ParseDate(day)
	at := d.AddDays(later).Start(h.Zone).Format(time.RFC3339)
	return []any{at, at}
}

// bar is the filter bar with two date fields, which the ordinary one does not have.
func bar(q httpx.ListQuery) ui.FilterBar {
	b := q.FilterBar(audit.Trail.Search.Label)
	for _, f := range []struct{ name, label string }{{"from", "From"}, {"to", "To"}} {
		b.Selects = append(b.Selects, ui.Field{Kind: ui.DateInput, Name: f.name, Label: f.label,
			Value: q.Filter(f.name)})
		b.Hidden = without(b.Hidden, f.name)
	}
	return b
}

func without(pairs []ui.Pair, name string) []ui.Pair {
	var out []ui.Pair
	for _, p := range pairs {
		if p.Name != name {
			out = append(out, p)
		}
	}
	return out
}
