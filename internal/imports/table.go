package imports

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Table is a file read by the columns of its kind.
type Table struct {
	Lines []Line
	Bad   []Row    // lines that do not fit the header
	Notes []string // what a person should know: columns not used, letters guessed
	From  Upload   // where the lines come from
	head  map[string]int
	width int // columns of the first line
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
}

// Has tells whether the file has a column.
func (t Table) Has(column string) bool { _, ok := t.head[column]; return ok }

// Get is the value of a column, trimmed; empty when the file has no such column.
func (l Line) Get(column string) string {
	i, ok := l.head[column]
	if !ok {
		return ""
	}
	return l.cells[i]
}

// Read reads a file by the names of its columns. What makes it useless as a whole is errs.Invalid at "file".
func Read(content []byte, columns []Column) (Table, error) {
	s, err := openSheet(content, "")
	if err != nil {
		return Table{}, err
	}
	l, err := recognise(s, columns)
	if err != nil {
		return Table{}, err
	}
	if err := l.complete(columns); err != nil {
		return Table{}, err
	}
	return s.table(l), nil
}

// table lays a layout over the rows.
func (s *sheet) table(l Layout) Table {
	t := Table{Notes: append([]string{}, s.Notes...), head: map[string]int{}, width: len(s.Head)}
	var unused []string
	for i, p := range l.Columns {
		switch {
		case p.Field != "":
			t.head[p.Field] = i
		case p.Head != "":
			unused = append(unused, p.Head)
		}
	}
	if len(unused) > 0 {
		t.Notes = append(t.Notes, "Columns not used: "+strings.Join(unused, ", ")+".")
	}
	for _, r := range s.Rows {
		t.add(r)
	}
	return t
}

// add takes one record. Empty cells too many are what spreadsheets leave behind;
// a value too many or too few would put every value behind it into the wrong column.
func (t *Table) add(r row) {
	cells := r.Cells
	if len(cells) > t.width && blank(cells[t.width:]) {
		cells = cells[:t.width]
	}
	if len(cells) != t.width {
		t.Bad = append(t.Bad, Refuse(r.Line, "", fmt.Sprintf("This line has %d values, but the first line names %d columns.", len(cells), t.width)))
		return
	}
	values := make([]string, len(cells))
	for i, c := range cells {
		values[i] = strings.TrimSpace(unescape(c))
	}
	if column := t.fault(values); column != "" {
		t.Bad = append(t.Bad, Refuse(r.Line, "", fmt.Sprintf("The cell of %s holds an error of the spreadsheet (%s). Mend the formula there.", column, values[t.head[column]])))
		return
	}
	t.Lines = append(t.Lines, Line{Number: r.Line, cells: values, head: t.head})
}

// fault names a column whose formula came to nothing.
func (t *Table) fault(values []string) string {
	for column, i := range t.head {
		switch values[i] {
		case "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "#NULL!":
			return column
		}
	}
	return ""
}
