package listing

import (
	"context"
	"fmt"
	"net/url"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Extra is something more that a page asks in the statement of its choices, so that it is none of its own: SQL that
// gives two texts and a third by which they are in order.
type Extra struct {
	SQL    string // empty: nothing, this time
	Args   []any
	Steady bool // as Filter.Steady
}

// Spec is what the list's address may say now: what there is to choose from, what the ids of this
// address are called, and what else is asked, in one statement. What is steady is remembered as long as nothing has
// marked it (WithMark).
func (l *List[R]) Spec(ctx context.Context, db *gorm.DB, raw url.Values, extras ...Extra) (Spec, error) {
	s := Spec{Sorts: l.Sorts(), Search: l.Search, Filters: append([]Filter{}, l.Filters...), Within: l.Within,
		Extras: make([][]Choice, len(extras))}
	var steady, now parts
	for i, f := range s.Filters {
		to := &now
		if f.Steady {
			to = &steady
		}
		if f.ChoicesSQL != "" {
			to.add(i, f.ChoicesSQL)
		}
		if id, err := uuid.Parse(raw.Get(f.Name)); f.NameSQL != "" && err == nil {
			now.add(i, "SELECT '', name, '' FROM ("+f.NameSQL+") n (name)", id)
		}
	}
	for i, x := range extras {
		switch {
		case x.Steady:
			steady.add(len(s.Filters)+i, x.SQL)
		case x.SQL != "":
			now.add(len(s.Filters)+i, x.SQL, x.Args...)
		}
	}
	said, err := heard(ctx, db, steady, now)
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
