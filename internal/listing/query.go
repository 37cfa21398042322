package listing

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"seatledger/internal/errs"
	"seatledger/internal/paging"
)

const maxSearch = 200

// Sizes are the numbers of rows that a page may have.
var Sizes = []int{25, 50, 100, 200}

// Spec is what a list's address may say. The page and its files share it.
type Spec struct {
	Sorts   paging.Sorts
	Filters []Filter
	Search  Search
	Within  string     // List.Within
	Columns []Head     // what a page may show, in the list's order; empty: its columns cannot be chosen
	Extras  [][]Choice // what was asked with it (Extra), in that order
}

// Query is a list's address, read and checked.
type Query struct {
	Search string // q
	Page   paging.Request
	Values Values // of filters
	Shows  []Show // columns that the address asks for; nil: the usual ones
	Spec   Spec
	of     []any
	joined []any
}

// Of is the query within one record: the list of its records (List.Within).
func (q Query) Of(record ...any) Query {
	q.of = record
	return q
}

// Parse reads q, sort, size, after, before and the filters. An unknown value of a
// known parameter is errs.Invalid; an unknown parameter is ignored; an empty one is as
// good as absent. A file has no place in the list: whole leaves after, before and size unread.
func (s Spec) Parse(raw url.Values, whole bool) (Query, error) {
	q := Query{Spec: s, Values: map[string]string{}}
	problems := errs.Fields{}
	q.Search = readSearch(raw, problems)
	for _, f := range s.Filters {
		v := raw.Get(f.Name)
		switch {
		case len(raw[f.Name]) > 1:
			problems.Add(f.Name, "%s: only one choice at a time.", f.Label)
		case v == "" && f.Usual == "":
		case v == "":
			q.Values[f.Name] = f.Usual
		case f.accepts(v):
			q.Values[f.Name] = v
		default:
			problems.Add(f.Name, "%s: this is not one of the choices.", f.Label)
		}
	}
	if !whole && len(s.Columns) > 0 {
		q.Shows = s.readShows(raw["columns"], problems)
	}
	if err := q.readPage(raw, whole, problems); err != nil {
		return q, err
	}
	return q, problems.Err()
}

func (q *Query) readPage(raw url.Values, whole bool, problems errs.Fields) error {
	order, err := q.Spec.Sorts.Parse(raw.Get("sort"))
	if err != nil {
		return err
	}
	q.Page.Order = order
	if whole {
		return nil
	}
	q.Page.Size = readSize(raw.Get("size"), problems)
	if q.Page.After, err = order.Cursor(raw.Get("after")); err != nil {
		return err
	}
	if q.Page.After == nil {
		q.Page.Before, err = order.Cursor(raw.Get("before"))
	}
	return err
}

func readSize(s string, problems errs.Fields) int {
	if s == "" {
		return 0
	}
	for _, n := range Sizes {
		if strconv.Itoa(n) == s {
			return n
		}
	}
	problems.Add("size", "A page has 25, 50, 100 or 200 rows.")
	return 0
}

// Term is what an address searches for, where no list stands behind it.
func Term(raw url.Values) (string, error) {
	problems := errs.Fields{}
	term := readSearch(raw, problems)
	return term, problems.Err()
}

func readSearch(raw url.Values, problems errs.Fields) string {
	s := strings.TrimSpace(raw.Get("q"))
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		problems.Add("q", "The search contains characters that cannot be searched for.")
		return ""
	}
	if len(s) > maxSearch {
		problems.Add("q", "The search is longer than %d characters.", maxSearch)
		return ""
	}
	return s
}

// Filter is the value of a filter, empty when it is not set.
func (q Query) Filter(name string) string { return q.Values[name] }

// FilterID is the value of an id filter; uuid.Nil when it is not set.
func (q Query) FilterID(name string) uuid.UUID {
	id, err := uuid.Parse(q.Values[name])
	if err != nil {
		return uuid.Nil
	}
	return id
}

// Joined is the query with what the joins' own "?" stand for: who reads, or which day it is.
func (q Query) Joined(args ...any) Query {
	q.joined = args
	return q
}

// Narrowed tells whether anything but the sort narrows the list.
func (q Query) Narrowed() bool {
	return q.Search != "" || slices.ContainsFunc(q.Spec.Filters, q.Narrows)
}

// Narrows tells whether a filter is set to other than its usual value.
func (q Query) Narrows(f Filter) bool { return q.Values[f.Name] != "" && q.Values[f.Name] != f.Usual }

// narrow is the condition of the filters, with its arguments.
func (q Query) narrow() (string, []any) {
	conds, args := []string{"true"}, []any{}
	if q.Spec.Within != "" {
		conds, args = append(conds, "("+q.Spec.Within+")"), append(args, q.of...)
	}
	for _, f := range q.Spec.Filters {
		if v := q.Values[f.Name]; v != "" {
			cond, more := f.condition(v)
			conds, args = append(conds, "("+cond+")"), append(args, more...)
		}
	}
	return strings.Join(conds, " AND "), args
}

// Where is the condition of everything that narrows the list, with its arguments.
func (q Query) Where() (string, []any) {
	where, args := q.narrow()
	if q.Search == "" || q.Spec.Search.Where == "" { // a list that is not searched takes no notice of a search
		return where, args
	}
	cond, more := q.Spec.Search.found(q.Search)
	return where + " AND " + cond, append(args, more...)
}

// Without is the query with some filters left out, for figures beside the list.
func (q Query) Without(names ...string) Query {
	values := make(map[string]string, len(q.Values))
	for k, v := range q.Values {
		values[k] = v
	}
	for _, n := range names {
		delete(values, n)
	}
	q.Values = values
	return q
}

// With is the query with one filter set to a value that it allows.
func (q Query) With(name, value string) Query {
	q = q.Without(name)
	q.Values[name] = value
	return q
}
