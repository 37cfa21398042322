package listing

import (
	"slices"
	"strings"

	"seatledger/internal/errs"
)

// Head is a column that a page may show.
type Head struct {
	Key, Label string
	Usual      bool // shown where an address asks for nothing else
}

// Show is a column that an address asks for.
type Show struct {
	Key   string
	Width Width
}

// Width is how much of its text a column shows. The zero Width is as the list has it.
type Width string

// Widths are those that an address may ask for, the narrowest first.
var Widths = []Width{"narrow", "medium", "wide"}

// Shown are the columns of the page: those that the address asks for, or the usual ones. The
// first is always the list's own first, which leads to the record.
func (q Query) Shown() []Show {
	if len(q.Shows) > 0 {
		return q.Shows
	}
	var out []Show
	for _, h := range q.Spec.Columns {
		if h.Usual {
			out = append(out, Show{Key: h.Key})
		}
	}
	return out
}

// Columns writes columns as an address says them: "product,review,crm_account.wide".
func Columns(shows []Show) string {
	parts := make([]string, len(shows))
	for i, s := range shows {
		parts[i] = s.Key
		if s.Width != "" {
			parts[i] += "." + string(s.Width)
		}
	}
	return strings.Join(parts, ",")
}

// readShows reads the parameter "columns". Columns that are the usual ones in the usual order
// are as good as none.
func (s Spec) readShows(raw []string, problems errs.Fields) []Show {
	text := strings.Join(raw, ",")
	if text == "" {
		return nil
	}
	first := s.Columns[0].Key
	out := []Show{{Key: first}}
	for _, part := range strings.Split(text, ",") {
		key, width, _ := strings.Cut(part, ".")
		show := Show{Key: key, Width: Width(width)}
		switch {
		case s.head(key) == nil:
			problems.Add("columns", "The list has no column “%s”. Choose its columns again.", key)
			return nil
		case width != "" && !slices.Contains(Widths, show.Width):
			problems.Add("columns", "A column is narrow, medium or wide.")
			return nil
		case key == first:
			out[0] = show
		case slices.ContainsFunc(out, func(o Show) bool { return o.Key == key }):
			problems.Add("columns", "A column stands in the list once.")
			return nil
		default:
			out = append(out, show)
		}
	}
	if slices.Equal(out, (Query{Spec: s}).Shown()) {
		return nil
	}
	return out
}

func (s Spec) head(key string) *Head {
	for i := range s.Columns {
		if s.Columns[i].Key == key {
			return &s.Columns[i]
		}
	}
	return nil
}

// heads are the columns that a page may show, the usual ones first and in their order. A column
// that could say only one thing, as the provider where there is but one, is not among the usual.
func (l *List[R]) heads(s *Spec) []Head {
	var out []Head
	for _, key := range l.Shown {
		if c := l.Column(key); c != nil && c.Into != nil {
			out = append(out, Head{Key: key, Label: c.Label, Usual: len(out) == 0 || !s.saysOneThing(key)})
		}
	}
	for _, c := range l.Columns {
		if c.Key != "" && c.Label != "" && c.Into != nil && !slices.Contains(l.Shown, c.Key) {
			out = append(out, Head{Key: c.Key, Label: c.Label})
		}
	}
	return out
}

func (s *Spec) saysOneThing(key string) bool {
	f := s.Filter(key)
	return f != nil && f.ChoicesSQL != "" && len(f.Choices) < 2
}
