package imports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/imports/sheet"
)

// Table is a file read by the columns of its kind.
type Table struct {
	Lines []Line
	Bad   []Row    // lines that do not fit the header
	Notes []string // what a person should know: columns not used, letters guessed
	From  Upload   // where the lines come from

	form    Form
	answers map[string]string
	how     how
	head    map[string]int
	width   int // columns of the first line
	ours    map[string]bool
	whole   func(do func(sheet.Row) error) error
	reading string
}

// Upload names a file for what remembers it.
type Upload struct {
	ID   uuid.UUID
	File string
	At   time.Time
}

// Line is one record of the file.
type Line struct {
	Number int // in the file, as editors count
	cells  []string
	head   map[string]int
	typed  []int // columns that a workbook holds as numbers or dates
}

// Has tells whether the file has a column.
func (t Table) Has(column string) bool { _, ok := t.head[column]; return ok }

// Ours tells whether the file names a column as we do, or as its maker does in a form that
// is theirs: then it holds what the form says.
func (t Table) Ours(column string) bool { return t.ours[column] }

// Get is the value of a column, trimmed; empty when the file has no such column.
func (l Line) Get(column string) string {
	i, ok := l.head[column]
	if !ok {
		return ""
	}
	return l.cells[i]
}

// Answer is what a person answered to a Question; empty when nothing.
func (t Table) Answer(question string) string { return t.answers[question] }

// AnswerDates is the answer to which comes first in a date, the day or the month, of a Form that Asks.
const AnswerDates = "dates"

// DateOrders are its answers.
func DateOrders() []Option {
	return []Option{{string(monthFirst), "Month first: 3/4/2026 is 4 March"},
		{string(dayFirst), "Day first: 3/4/2026 is 3 April"}}
}

// Reading stands for the way in which the file is read: the same file read in the same way has the same lines. It is
// empty where that cannot be told.
func (t Table) Reading() string { return t.reading }

// DatesFitBoth tells whether dates of the file can mean two days and nothing in it tells which.
func (t Table) DatesFitBoth() bool { return t.how.datesFit }

// Form is the name of the form that the file has.
func (t Table) Form() string { return t.form.Name }

// tableOf lays a layout over the rows.
func tableOf(s *sheet.Sheet, l Layout, f Form) Table {
	t := Table{Notes: append([]string{}, s.Notes...), form: f, answers: l.Answers, head: map[string]int{},
		ours: map[string]bool{}, width: len(s.Head)}
	var unused []string
	for i, p := range l.Columns {
		switch {
		case p.Field != "":
			t.head[p.Field], t.ours[p.Field] = i, p.How == Named
		case p.Head != "":
			unused = append(unused, p.Head)
		}
	}
	if len(unused) > 0 {
		t.Notes = append(t.Notes, "Columns not used: "+strings.Join(unused, ", ")+".")
	}
	t.how = howOf(s, l, f)
	if t.how.said != "" {
		t.Notes = append(t.Notes, t.how.said)
	}
	for _, r := range s.Rows {
		t.add(r)
	}
	if t.how.rounded > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("Numbers of the workbook with more than %d decimals: %d. "+
			"They were rounded to %d.", decimalPlaces, t.how.rounded, decimalPlaces))
	}
	if t.how.folded > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("Ids with characters that nobody sees, or in full-width letters: "+
			"%d, the first in line %d. They were taken out or written in plain letters.", t.how.folded, t.how.foldedAt))
	}
	return t
}

// how is the way in which the values of a file are written.
type how struct {
	decimals
	dates            order
	datesFit         bool     // some date fits both orders, and nothing tells
	holds            []Holds  // by column of the file
	names            []string // the same
	folded, foldedAt int
	rounded          int
}

func howOf(s *sheet.Sheet, l Layout, f Form) how {
	h := how{holds: make([]Holds, max(len(s.Head), len(l.Columns))), names: make([]string, max(len(s.Head),
		len(l.Columns)))}
	at := map[Holds][]int{}
	for _, c := range f.Columns {
		if i := l.column(c.Name); i >= 0 {
			h.holds[i], h.names[i] = c.Holds, c.Name
			at[c.Holds] = append(at[c.Holds], i)
		}
	}
	h.decimals = decide(s, at[Amount], l.Decimal, l.Before)
	h.dates, h.datesFit = orderOf(s, at[Date])
	switch {
	case f.Asks && l.Answers[AnswerDates] != "":
		h.dates = order(l.Answers[AnswerDates])
	case f.Theirs && !f.Asks && h.dates == unknownOrder:
		h.dates = monthFirst
	}
	return h
}

// add takes one record. Empty cells too many are what spreadsheets leave behind;
// a value too many or too few would put every value behind it into the wrong column.
func (t *Table) add(r sheet.Row) {
	if l, bad := t.line(r, nil); bad != nil {
		t.Bad = append(t.Bad, *bad)
	} else {
		t.Lines = append(t.Lines, l)
	}
}

// Each hands over all lines of the file in their order, also of a long one: each line, or
// why it does not fit the header. A line is good only until the next one.
func (t *Table) Each(do func(Line, *Row) error) error {
	var values []string
	return t.whole(func(r sheet.Row) error {
		l, bad := t.line(r, values)
		if bad == nil {
			values = l.cells
		}
		return do(l, bad)
	})
}

// line reads one record, into values where there is room.
func (t *Table) line(r sheet.Row, values []string) (Line, *Row) {
	refused := func(why string) (Line, *Row) {
		bad := Refuse(r.Line, "", why)
		return Line{Number: r.Line}, &bad
	}
	cells := r.Cells
	if len(cells) > t.width && sheet.Blank(cells[t.width:]) {
		cells = cells[:t.width]
	}
	if len(cells) != t.width {
		return refused(fmt.Sprintf("This line has %d values, but the first line names %d columns.", len(cells),
			t.width))
	}
	values = slices.Grow(values[:0], len(cells))[:len(cells)]
	var bad []string
	for i, c := range cells {
		var why string
		v, plain := unescape(c), plainASCII(c)
		if !plain {
			v = tidied(v)
		}
		values[i], why = t.how.value(i, strings.TrimSpace(v), slices.Contains(r.Typed, i))
		if why != "" {
			bad = append(bad, t.how.names[i]+": "+why)
		}
		if !plain && t.how.holds[i] == ID && values[i] != guardless(strings.TrimSpace(unescape(c)), ID) {
			if t.how.folded++; t.how.folded == 1 {
				t.how.foldedAt = r.Line
			}
		}
	}
	if column := t.fault(values); column != "" {
		bad = []string{fmt.Sprintf("The cell of %s holds an error of the spreadsheet (%s). Mend the formula there.",
			column, values[t.head[column]])}
	}
	if len(bad) > 0 {
		return refused(strings.Join(bad, " "))
	}
	return Line{Number: r.Line, cells: values, head: t.head, typed: r.Typed}, nil
}

// value reads a cell as its column holds it. typed: a workbook has it as a number or date.
func (h *how) value(column int, v string, typed bool) (string, string) {
	v = guardless(v, h.holds[column])
	switch holds := h.holds[column]; {
	case v == "":
		return "", ""
	case holds == ID:
		return FoldKey(v), ""
	case holds == Date:
		return dateOf(v, h.dates), ""
	case holds == Amount && typed:
		return h.exact(v), ""
	case holds == Amount:
		return h.amount(v)
	case holds == Whole && !typed:
		return h.whole(v)
	}
	return v, ""
}

// guardless takes off the ' by which a spreadsheet was kept from reading digits as a number.
func guardless(v string, holds Holds) string {
	if holds == Text || len(v) < 2 || v[0] != '\'' || v[1] < '0' || v[1] > '9' {
		return v
	}
	return v[1:]
}

// fault names a column whose formula came to nothing.
func (t *Table) fault(values []string) string {
	if !slices.ContainsFunc(values, func(v string) bool { return v != "" && v[0] == '#' }) {
		return ""
	}
	for column, i := range t.head {
		switch values[i] {
		case "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "#NULL!":
			return column
		}
	}
	return ""
}
