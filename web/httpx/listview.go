package httpx

import (
	"net/url"
	"strconv"

	"seatledger/internal/listing"
	"seatledger/views/ui"
)

// FilterBar is the bar over the list: a search box when searchLabel is given, a
// select per enumerated filter, chips for what narrows the list now, views, columns and files.
func (q ListQuery) FilterBar(searchLabel string) ui.FilterBar {
	bar := ui.FilterBar{
		Action: q.Path, Search: q.Search, SearchLabel: searchLabel,
		Hidden: q.kept(), Chips: q.chips(), CSVHref: q.address(q.Path+".csv", q.told()),
	}
	for _, f := range q.Spec.Filters {
		if inBar(f) {
			bar.Selects = append(bar.Selects, fieldOf(f, q.Values[f.Name]))
		}
	}
	if len(bar.Chips) > 1 {
		bar.ClearHref = q.ClearHref()
	}
	if len(q.Spec.Columns) > 0 {
		bar.XLSXHref = q.address(q.Path+".xlsx", q.told())
		bar.ColumnsHref = q.choosingHref()
	}
	if q.choosing && len(q.Spec.Columns) > 0 {
		bar.Columns, bar.ColumnsHref = q.columnForm(), q.With("", "")
	}
	bar.Views, bar.Lost = q.viewMenu(), q.lost()
	return bar
}

// Column is the head of a column, a sort link when the list may be sorted by key.
func (q ListQuery) Column(key, label string) ui.Column {
	col := ui.Column{Label: label}
	if !q.Spec.Sorts.Has(key) {
		return col
	}
	next := key
	if order := q.Page.Order; order.Sort.Key == key {
		col.Sorted = ui.Ascending
		if order.Desc {
			col.Sorted = ui.Descending
		} else {
			next = "-" + key
		}
	}
	col.SortHref = q.With("sort", next)
	return col
}

// NumberColumn is Column for figures.
func (q ListQuery) NumberColumn(key, label string) ui.Column {
	col := q.Column(key, label)
	col.Numeric = true
	return col
}

// Pager leads to the first, the previous and the next page. next and prev are the tokens
// of the pages around (listing.Page); text says what is shown, as "50 of 1,240 subscriptions".
func (q ListQuery) Pager(next, prev, text string) ui.Pager {
	p := ui.Pager{Text: text}
	at := func(name, token string, page int) string {
		v := q.parameters()
		v.Set(name, token)
		if page > 1 {
			v.Set("page", strconv.Itoa(page))
		}
		return q.address(q.Path, v)
	}
	if q.Turned > 1 {
		p.Page = "Page " + strconv.Itoa(q.Turned)
	}
	if q.Page.After != nil || q.Page.Before != nil {
		p.FirstHref = q.address(q.Path, q.parameters())
	}
	if prev != "" {
		p.PrevHref = at("before", prev, q.Turned-1)
	}
	if next != "" {
		p.NextHref = at("after", next, q.Turned+1)
	}
	return p
}

// With is the address of this list with one parameter changed, or dropped when
// value is empty, from its first page.
func (q ListQuery) With(name, value string) string {
	v := q.parameters()
	if value == "" || name == "sort" && value == q.Spec.Sorts.Default {
		v.Del(name)
	} else {
		v.Set(name, value)
	}
	return q.address(q.Path, v)
}

// ClearHref is the address of this list with nothing that narrows it; the sort stays.
func (q ListQuery) ClearHref() string {
	v := url.Values{}
	q.setSort(v)
	q.setLook(v)
	return q.address(q.Path, v)
}

// parameters are those that make up the list, without the place in it.
func (q ListQuery) parameters() url.Values {
	v := q.told()
	q.setLook(v)
	if id := q.view; id != "" {
		v.Set("view", id)
	}
	return v
}

// setLook sets what says how the page looks, and nothing of what it lists.
func (q ListQuery) setLook(v url.Values) {
	if len(q.Shows) > 0 {
		v.Set("columns", listing.Columns(q.Shows))
	}
	if q.Query.Page.Size > 0 {
		v.Set("size", strconv.Itoa(q.Query.Page.Size))
	}
}

// told are the parameters that say which rows are listed, in which order.
func (q ListQuery) told() url.Values {
	v := url.Values{}
	if q.Search != "" {
		v.Set("q", q.Search)
	}
	for _, f := range q.Spec.Filters {
		if q.Narrows(f) {
			v.Set(f.Name, q.Values[f.Name])
		}
	}
	q.setSort(v)
	return v
}

func (q ListQuery) setSort(v url.Values) {
	if s := q.Page.Order.String(); s != q.Spec.Sorts.Default {
		v.Set("sort", s)
	}
}

func (q ListQuery) address(path string, v url.Values) string {
	return (&url.URL{Path: path, RawQuery: v.Encode()}).String()
}

// kept are the parameters that the form has no control for.
func (q ListQuery) kept() []ui.Pair {
	var out []ui.Pair
	for _, f := range q.Spec.Filters {
		if q.Narrows(f) && !inBar(f) {
			out = append(out, ui.Pair{Name: f.Name, Value: q.Values[f.Name]})
		}
	}
	if s := q.Page.Order.String(); s != q.Spec.Sorts.Default {
		out = append(out, ui.Pair{Name: "sort", Value: s})
	}
	look := url.Values{}
	q.setLook(look)
	for _, name := range []string{"columns", "size"} {
		if look.Has(name) {
			out = append(out, ui.Pair{Name: name, Value: look.Get(name)})
		}
	}
	if q.view != "" {
		out = append(out, ui.Pair{Name: "view", Value: q.view})
	}
	return out
}

func (q ListQuery) chips() []ui.Chip {
	var out []ui.Chip
	if q.Search != "" {
		out = append(out, ui.Chip{Label: "“" + q.Search + "”", RemoveHref: q.With("q", "")})
	}
	for _, f := range q.Spec.Filters {
		if q.Narrows(f) {
			out = append(out, ui.Chip{Label: chipOf(f, q.Values[f.Name]), RemoveHref: q.With(f.Name, "")})
		}
	}
	return out
}

// inBar tells whether a filter has a control of its own over the list.
func inBar(f Filter) bool {
	if f.ChoicesSQL != "" && len(f.Choices) < 2 {
		return false // one choice is none
	}
	return len(f.Choices) > 0 && !f.Aside
}

func chipOf(f Filter, value string) string {
	for _, c := range f.Choices {
		if c.Value == value {
			return f.Label + ": " + c.Label
		}
	}
	if f.IsID {
		return f.Label
	}
	return f.Label + ": " + value
}

func fieldOf(f Filter, value string) ui.Field {
	var options []ui.Option
	if f.Usual == "" {
		options = append(options, ui.Option{Value: "", Label: "All"})
	}
	for _, c := range f.Choices {
		options = append(options, ui.Option{Value: c.Value, Label: c.Label})
	}
	return ui.Field{Kind: ui.SelectBox, Name: f.Name, Label: f.Label, Value: value, Options: options}
}

// Except are the parameters of this list but some, for an address in which several change.
func (q ListQuery) Except(names ...string) url.Values {
	v := q.parameters()
	for _, name := range names {
		v.Del(name)
	}
	return v
}
