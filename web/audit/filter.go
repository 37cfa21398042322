package audit

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// nobody is the word of the actor filter for what no user did.
const nobody = "none"

// spec is what the address may say. Its choices are the words that occur.
func (h Handlers) spec(ctx context.Context, tx *gorm.DB) (httpx.ListSpec, error) {
	actions, types, err := audit.Words(ctx, tx)
	if err != nil {
		return httpx.ListSpec{}, err
	}
	users, err := auth.List(ctx, tx)
	if err != nil {
		return httpx.ListSpec{}, err
	}
	actors := []httpx.Choice{{Value: nobody, Label: "No user (Seatledger itself)"}}
	for _, u := range users {
		actors = append(actors, httpx.Choice{Value: u.ID.String(), Label: u.Name})
	}
	return httpx.ListSpec{Sorts: audit.Sorts(), Filters: []httpx.Filter{
		{Name: "actor", Label: "Who", Choices: actors},
		{Name: "action", Label: "What", Choices: choices(actions)},
		{Name: "object_type", Label: "On", Choices: choices(types)},
		{Name: "from", Label: "From", IsDate: true},
		{Name: "to", Label: "To", IsDate: true},
	}}, nil
}

func choices(words []string) []httpx.Choice {
	out := make([]httpx.Choice, len(words))
	for i, w := range words {
		out[i] = httpx.Choice{Value: w, Label: readable(w)}
	}
	return out
}

// readable turns "sign_in.refused" into "sign in refused".
func readable(word string) string {
	return strings.NewReplacer("_", " ", ".", " ", "-", " ").Replace(word)
}

func (h Handlers) query(c echo.Context, tx *gorm.DB) (httpx.ListQuery, audit.Filter, error) {
	spec, err := h.spec(c.Request().Context(), tx)
	if err != nil {
		return httpx.ListQuery{}, audit.Filter{}, err
	}
	q, err := httpx.ParseList(c, spec)
	return q, h.filterOf(q), err
}

func (h Handlers) filterOf(q httpx.ListQuery) audit.Filter {
	f := audit.Filter{Action: q.Filter("action"), ObjectType: q.Filter("object_type"), Search: q.Search}
	if f.NoActor = q.Filter("actor") == nobody; !f.NoActor {
		f.Actor = idOf(q.Filter("actor"))
	}
	f.From, f.Until = h.startOf(q.Filter("from"), 0), h.startOf(q.Filter("to"), 1)
	return f
}

func idOf(s string) uuid.UUID {
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil
	}
	return id
}

// startOf is the first moment of a day, or of the one so many days after it, in
// the configured zone. The list has checked that it is a date.
func (h Handlers) startOf(day string, later int) time.Time {
	d, err := clock.ParseDate(day)
	if err != nil || d.IsZero() {
		return time.Time{}
	}
	return d.AddDays(later).Start(h.Zone)
}

// bar is the filter bar with two date fields, which the ordinary one does not have.
func bar(q httpx.ListQuery) ui.FilterBar {
	b := q.FilterBar("Search who, what or on what")
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
