package httpx

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/listing"
	"seatledger/views/ui"
)

// ColumnsPath is where ChooseColumns is routed.
const ColumnsPath = "/columns"

func (q ListQuery) choosingHref() string {
	v := q.parameters()
	v.Set("choose", "columns")
	return q.address(q.Path, v)
}

// columnForm offers every column that the list may show: first those that it shows, in their order.
func (q ListQuery) columnForm() *ui.ColumnForm {
	shown := q.Shown()
	usual := q.parameters()
	usual.Del("columns")
	f := &ui.ColumnForm{Action: ColumnsPath, Usual: q.address(q.Path, usual), Cancel: q.With("", ""),
		First: q.Spec.Columns[0].Label,
		Hidden: []ui.Pair{{Name: "list", Value: q.Path}, {Name: "query", Value: q.shapeOf("columns")},
			{Name: "first", Value: q.Spec.Columns[0].Key}},
		Widths: []ui.Option{{Value: "", Label: "as needed"}}}
	if q.view != "" {
		f.Hidden = append(f.Hidden, ui.Pair{Name: "view", Value: q.view})
	}
	for _, w := range listing.Widths {
		f.Widths = append(f.Widths, ui.Option{Value: string(w), Label: string(w)})
	}
	for i, s := range shown {
		f.Choices = append(f.Choices, ui.ColumnChoice{Key: s.Key, Label: q.labelOf(s.Key), Shown: true,
			Place: strconv.Itoa(i + 1), Width: string(s.Width), Fixed: i == 0})
	}
	for _, h := range q.Spec.Columns {
		if !slices.ContainsFunc(shown, func(s listing.Show) bool { return s.Key == h.Key }) {
			f.Choices = append(f.Choices, ui.ColumnChoice{Key: h.Key, Label: h.Label})
		}
	}
	return f
}

func (q ListQuery) shapeOf(without string) string {
	v := q.parameters()
	v.Del("view")
	v.Del(without)
	return v.Encode()
}

func (q ListQuery) labelOf(key string) string {
	for _, h := range q.Spec.Columns {
		if h.Key == key {
			return h.Label
		}
	}
	return key
}

// ChooseColumns is the handler of GET ColumnsPath: it makes the address of a list with the
// chosen columns and goes there. The list itself refuses what it does not have.
func ChooseColumns(c echo.Context) error {
	form := c.QueryParams()
	v, err := url.ParseQuery(form.Get("query"))
	if err != nil {
		v = url.Values{}
	}
	v.Set("columns", listing.Columns(chosenIn(form)))
	if view := form.Get("view"); view != "" {
		v.Set("view", view)
	}
	return SeeOther(c, SafeNext((&url.URL{Path: "/" + strings.TrimLeft(form.Get("list"), "/"),
		RawQuery: v.Encode()}).String()))
}

// chosenIn are the ticked columns, by the numbers written beside them; those without one come last.
func chosenIn(form url.Values) []listing.Show {
	keys := slices.Clone(form["show"])
	place := func(key string) int {
		n, err := strconv.Atoi(strings.TrimSpace(form.Get("place." + key)))
		if err != nil {
			return 1000
		}
		return n
	}
	slices.SortStableFunc(keys, func(a, b string) int { return place(a) - place(b) })
	if first := form.Get("first"); first != "" {
		keys = append([]string{first}, keys...)
	}
	out := make([]listing.Show, len(keys))
	for i, key := range keys {
		out[i] = listing.Show{Key: key, Width: listing.Width(form.Get("width." + key))}
	}
	return out
}
