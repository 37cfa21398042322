package listing

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Extra is something more that a page asks in the statement of its choices, so that it is none of its own: SQL that
// gives two texts and a third by which they are in order.
type Extra struct {
	SQL  string
	Args []any
}

// Spec is what the list's address may say now: what there is to choose from, what the ids of this
// address are called, and what else is asked, in one statement.
func (l *List[R]) Spec(ctx context.Context, db *gorm.DB, raw url.Values, extras ...Extra) (Spec, error) {
	s := Spec{Sorts: l.Sorts(), Search: l.Search, Filters: append([]Filter{}, l.Filters...), Within: l.Within}
	var parts []string
	var args []any
	for i, f := range s.Filters {
		if f.ChoicesSQL != "" {
			parts = append(parts, fmt.Sprintf("SELECT %d AS filter, value, label, place FROM (%s) c (value, label, "+
				"place)",
				i, f.ChoicesSQL))
		}
		id, err := uuid.Parse(raw.Get(f.Name))
		if f.NameSQL != "" && err == nil {
			parts = append(parts, fmt.Sprintf("SELECT %d AS filter, '' AS value, name AS label, '' AS place "+
				"FROM (%s) n (name)", i, f.NameSQL))
			args = append(args, id)
		}
	}
	for i, x := range extras {
		parts = append(parts, fmt.Sprintf("SELECT %d AS filter, value, label, place FROM (%s) x (value, label, place)",
			len(s.Filters)+i, x.SQL))
		args = append(args, x.Args...)
	}
	s.Extras = make([][]Choice, len(extras))
	if len(parts) == 0 {
		s.Columns = l.heads(&s)
		return s, nil
	}
	sql := "SELECT filter, value, label FROM (" + strings.Join(parts,
		" UNION ALL ") + ") said ORDER BY filter, place, label"
	var said []choiceOf
	err := postgres.Query(ctx, db, sql, args, func(rows pgx.Rows) (err error) {
		said, err = pgx.CollectRows(rows, pgx.RowToStructByPos[choiceOf])
		return err
	})
	if err != nil {
		return s, fmt.Errorf("choices of %s: %w", l.Name, err)
	}
	s.hear(said)
	s.Columns = l.heads(&s)
	return s, nil
}

// choiceOf is something to choose, by the number of its filter; behind the filters come the extras.
type choiceOf struct {
	Filter       int
	Value, Label string
}

func (s *Spec) hear(said []choiceOf) {
	for _, r := range said {
		if i := r.Filter - len(s.Filters); i >= 0 {
			s.Extras[i] = append(s.Extras[i], Choice{Value: r.Value, Label: r.Label})
			continue
		}
		f := &s.Filters[r.Filter]
		if f.IsID {
			f.Label += ": " + r.Label
			continue
		}
		f.Choices = append(f.Choices, Choice{Value: r.Value, Label: r.Label})
	}
}

// Filter finds a filter by its name, so that a screen adds choices which it alone knows; nil: there is none.
func (s *Spec) Filter(name string) *Filter {
	for i := range s.Filters {
		if s.Filters[i].Name == name {
			return &s.Filters[i]
		}
	}
	return nil
}

// Values are filters by name, with what they are set to.
type Values = map[string]string

// Ask is a query made by the program itself: values that the list's filters allow, in the usual order.
func (l *List[R]) Ask(values Values) Query {
	s := Spec{Sorts: l.Sorts(), Search: l.Search, Filters: l.Filters, Within: l.Within}
	q := Query{Spec: s, Values: values}
	for _, f := range l.Filters {
		if f.Usual != "" && values[f.Name] == "" {
			q = q.With(f.Name, f.Usual)
		}
	}
	q.Page.Order, _ = s.Sorts.Parse("") // the default is one of the list's own
	return q
}
