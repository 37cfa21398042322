package httpx

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/listing"
	"seatledger/internal/money"
	"seatledger/views/ui"
)

// Cells says how columns of a list look where their value alone does not say enough: with a
// link, a badge, a second line. By the column's key.
type Cells[R any] map[string]func(R) ui.Cell

// ListTable is the table of a list's page: the columns that its description shows, each row
// dressed up by row with its id, label and tone.
func ListTable[R any](l *listing.List[R], q ListQuery, rows []R, cells Cells[R], dress func(R, *ui.Row)) ui.Table {
	t := ui.Table{Caption: upper(l.Many), List: true}
	columns := chosen(l, q)
	for _, c := range columns {
		t.Columns = append(t.Columns, c.head)
	}
	from := "" // what the list's address adds to that of a record
	if l.Ways && len(q.told()) > 0 {
		from = fromList("", q.With("", ""))
	}
	for _, r := range rows {
		row := ui.Row{Cells: make([]ui.Cell, 0, len(columns))}
		for _, c := range columns {
			if cell := cells[c.Key]; cell != nil {
				row.Cells = append(row.Cells, cell(r))
			} else {
				row.Cells = append(row.Cells, plainCell(c.Column, r))
			}
		}
		dress(r, &row)
		if record := q.Path + "/" + row.ID; from != "" && len(row.Cells) > 0 && row.Cells[0].Href == record {
			row.Cells[0].Href = record + from
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// shown is a column with its head on the page.
type shown[R any] struct {
	listing.Column[R]
	head ui.Column
}

func chosen[R any](l *listing.List[R], q ListQuery) []shown[R] {
	var out []shown[R]
	for _, show := range q.Shown() {
		c := l.Column(show.Key)
		if c == nil {
			continue
		}
		head := q.Column(c.Key, c.Label)
		head.Numeric = c.Kind == listing.Whole || c.Kind == listing.Amount
		head.Nowrap = c.Kind == listing.Day || c.Kind == listing.Moment
		head.Width, head.Card = string(show.Width), slices.Contains(l.Card, c.Key)
		out = append(out, shown[R]{Column: *c, head: head})
	}
	return out
}

// plainCell shows a value as it is. What is not known stays empty.
func plainCell[R any](c listing.Column[R], r R) ui.Cell {
	v := reflect.ValueOf(c.Into(&r)).Elem()
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ui.Cell{}
		}
		v = v.Elem()
	}
	switch x := v.Interface().(type) {
	case decimal.NullDecimal:
		if !x.Valid {
			return ui.Cell{}
		}
		return ui.TextCell(money.Plain(x.Decimal))
	case decimal.Decimal:
		return ui.TextCell(money.Plain(x))
	case time.Time:
		return ui.TextCell(x.UTC().Format("2006-01-02 15:04 UTC"))
	case bool:
		return ui.TextCell(map[bool]string{true: "yes", false: "no"}[x])
	case int:
		return ui.TextCell(strconv.Itoa(x))
	}
	return ui.Cell{Text: fmt.Sprint(v.Interface()), Mono: c.Kind == listing.Word}
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
