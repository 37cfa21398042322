package httpx

import (
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/paging"
)

const maxSearch = 200

// ListSpec is what a list's address may say. The page and its CSV share it.
type ListSpec struct {
	Sorts   paging.Sorts
	Filters []Filter
}

// Filter is one parameter that narrows a list.
type Filter struct {
	Name    string
	Label   string   // for chips and selects
	Allowed []Choice // the words of an enumeration
	IsID    bool     // the value is a record's id instead
	IsDate  bool     // or a date, YYYY-MM-DD
}

// Choice is one allowed word of a filter and how it reads on the screen.
type Choice struct{ Value, Label string }

// ListQuery is a list's address, read and checked.
type ListQuery struct {
	Path   string // of the page, without .csv
	Search string // q
	Page   paging.Request

	spec    ListSpec
	filters map[string]string
	raw     url.Values
}

// ParseList reads q, sort, after and the filters of the spec. An unknown value of
// a known parameter is errs.Invalid; an unknown parameter is ignored; an empty one
// is as good as absent. "after" means nothing to a CSV and is not read there.
func ParseList(c echo.Context, spec ListSpec) (ListQuery, error) {
	raw, err := url.ParseQuery(c.Request().URL.RawQuery)
	if err != nil {
		return ListQuery{}, errs.Because(errs.Invalid, "This address is damaged. Start again from the list.", err)
	}
	q := ListQuery{Path: strings.TrimSuffix(c.Request().URL.Path, ".csv"), spec: spec, raw: raw,
		filters: map[string]string{}}
	problems := errs.Fields{}
	q.Search = readSearch(raw, problems)
	q.readFilters(problems)
	if err := q.readPage(IsCSV(c)); err != nil {
		return q, err
	}
	return q, problems.Err()
}

// IsCSV tells whether the file of a list is asked for: its path ends in .csv.
func IsCSV(c echo.Context) bool { return strings.HasSuffix(c.Request().URL.Path, ".csv") }

// Filter is the value of a filter, empty when it is not set.
func (q ListQuery) Filter(name string) string { return q.filters[name] }

// FilterID is the value of an id filter; uuid.Nil when it is not set.
func (q ListQuery) FilterID(name string) uuid.UUID {
	id, err := uuid.Parse(q.filters[name])
	if err != nil {
		return uuid.Nil
	}
	return id
}

// Narrowed tells whether anything but the sort narrows the list, so that an empty
// one reads "no match" and not "nothing yet".
func (q ListQuery) Narrowed() bool { return q.Search != "" || len(q.filters) > 0 }

func readSearch(raw url.Values, problems errs.Fields) string {
	s := strings.TrimSpace(raw.Get("q"))
	if !readable(s) {
		problems.Add("q", "The search contains characters that cannot be searched for.")
		return ""
	}
	if len(s) > maxSearch {
		problems.Add("q", "The search is longer than %d characters.", maxSearch)
		return ""
	}
	return s
}

func (q *ListQuery) readFilters(problems errs.Fields) {
	for _, f := range q.spec.Filters {
		v := q.raw.Get(f.Name)
		switch {
		case len(q.raw[f.Name]) > 1:
			problems.Add(f.Name, "%s: only one choice at a time.", f.Label)
		case v == "":
		case f.accepts(v):
			q.filters[f.Name] = v
		default:
			problems.Add(f.Name, "%s: this is not one of the choices.", f.Label)
		}
	}
}

func (q *ListQuery) readPage(csv bool) error {
	order, err := q.spec.Sorts.Parse(q.raw.Get("sort"))
	if err != nil {
		return err
	}
	q.Page.Order = order
	if csv {
		return nil
	}
	q.Page.After, err = order.Cursor(q.raw.Get("after"))
	return err
}

func (f Filter) accepts(v string) bool {
	switch {
	case f.IsID:
		_, err := ParseID(v)
		return err == nil
	case f.IsDate:
		return isDate(v)
	}
	return slices.ContainsFunc(f.Allowed, func(c Choice) bool { return c.Value == v })
}
