package ui

import (
	"context"
	"io"
	"maps"
	"slices"
)

// ErrorSummary stands on top of a refused form and lists what is wrong, each
// entry linked to its field. It renders nothing when there is nothing to say.
type ErrorSummary struct {
	Title    string // "There is a problem" when empty
	Problems []Problem
}

// Problem is one entry: the words are the same as at the field.
type Problem struct {
	Message string
	Href    string // "#f-name"; empty when no field of the form is meant
}

// Summarize lists the problems of a form in the order of its fields. Messages
// for names that no field has come last, without a link.
func Summarize(messages map[string]string, fields ...Field) ErrorSummary {
	var s ErrorSummary
	rest := maps.Clone(messages)
	for _, f := range fields {
		m := f.Error
		if m == "" {
			m = messages[f.Name]
		}
		if m != "" {
			s.Problems = append(s.Problems, Problem{Message: m, Href: "#" + f.ID()})
		}
		delete(rest, f.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		s.Problems = append(s.Problems, Problem{Message: rest[name]})
	}
	return s
}

// Any tells whether there is something to show; layout.Page.HasErrors wants to know.
func (s ErrorSummary) Any() bool { return len(s.Problems) > 0 }

// Render makes an ErrorSummary a templ component.
func (s ErrorSummary) Render(ctx context.Context, w io.Writer) error {
	return errorSummary(s).Render(ctx, w)
}

func (s ErrorSummary) title() string {
	if s.Title != "" {
		return s.Title
	}
	return "There is a problem"
}
