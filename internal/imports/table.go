package imports

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The largest file that is taken.
const (
	MaxBytes = 10 << 20
	MaxLines = 100_000
)

// Table is a file read by the columns of its kind.
type Table struct {
	Lines []Line
	Bad   []Row    // lines that do not fit the header
	Notes []string // what a person should know: columns not used, letters guessed
	head  map[string]int
	width int // columns of the first line
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

// Read reads a file. What makes it useless as a whole is errs.Invalid at "file".
func Read(content []byte, columns []Column) (Table, error) {
	if len(content) > MaxBytes {
		return Table{}, unreadable(fmt.Sprintf("The file is larger than %d MB. Split it and upload the parts.", MaxBytes>>20))
	}
	text, note, err := decode(content)
	if err != nil {
		return Table{}, err
	}
	r := open(text)
	t := Table{}
	if note != "" {
		t.Notes = append(t.Notes, note)
	}
	if err := t.readHead(r, columns); err != nil {
		return Table{}, err
	}
	return t, t.readLines(r)
}

// reader is encoding/csv plus the lines that were taken off in front of it.
type reader struct {
	*csv.Reader
	skipped int
}

func open(text string) reader {
	r := reader{}
	first, rest, _ := strings.Cut(text, "\n")
	first = strings.TrimRight(first, "\r")
	comma := separator(first)
	// Excel marks its separator on a line of its own.
	if mark, ok := strings.CutPrefix(strings.ToLower(first), "sep="); ok && len(mark) == 1 && strings.Contains(",;\t", mark) {
		text, comma, r.skipped = rest, rune(mark[0]), 1
	}
	r.Reader = csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = comma, -1, false
	return r
}

// separator is the one of comma, semicolon and tab that the header uses most, quoted names aside.
func separator(header string) rune {
	count := map[rune]int{}
	quoted := false
	for _, c := range header {
		if c == '"' {
			quoted = !quoted
		} else if !quoted {
			count[c]++
		}
	}
	best := ','
	for _, c := range ";\t" {
		if count[c] > count[best] {
			best = c
		}
	}
	return best
}

func (t *Table) readHead(r reader, columns []Column) error {
	names, err := r.Read()
	if errors.Is(err, io.EOF) {
		return unreadable("The file is empty. Its first line must name the columns.")
	}
	if err != nil {
		return r.broken(err)
	}
	t.head, t.width = map[string]int{}, len(names)
	var unused []string
	for i, name := range names {
		key := columnKey(name)
		if !slices.ContainsFunc(columns, func(c Column) bool { return c.Name == key }) {
			if key != "" {
				unused = append(unused, strings.TrimSpace(name))
			}
			continue
		}
		if _, twice := t.head[key]; twice {
			return unreadable(fmt.Sprintf("The column %s stands twice in the first line. Remove one of them.", key))
		}
		t.head[key] = i
	}
	if len(unused) > 0 {
		t.Notes = append(t.Notes, "Columns not used: "+strings.Join(unused, ", ")+".")
	}
	return t.needs(columns)
}

// columnKey is a header name without regard to case, spaces and hyphens.
func columnKey(name string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(unescape(name))))
}

func (t *Table) needs(columns []Column) error {
	var missing, all []string
	for _, c := range columns {
		all = append(all, c.Name)
		if c.Required && !t.Has(c.Name) {
			missing = append(missing, c.Name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return unreadable(fmt.Sprintf("The first line does not name the column %s. The columns are: %s.", strings.Join(missing, ", "), strings.Join(all, ", ")))
}

func (t *Table) readLines(r reader) error {
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return r.broken(err)
		}
		if blank(cells) {
			continue
		}
		if len(t.Lines)+len(t.Bad) == MaxLines {
			return unreadable("The file has more than 100,000 lines. Split it and upload the parts.")
		}
		line, _ := r.FieldPos(0)
		t.add(line+r.skipped, cells)
	}
}

// add takes one record. Empty cells too many are what spreadsheets leave behind;
// a value too many or too few would put every value behind it into the wrong column.
func (t *Table) add(line int, cells []string) {
	if len(cells) > t.width && blank(cells[t.width:]) {
		cells = cells[:t.width]
	}
	if len(cells) != t.width {
		t.Bad = append(t.Bad, Refuse(line, "", fmt.Sprintf("This line has %d values, but the first line names %d columns.", len(cells), t.width)))
		return
	}
	for i, c := range cells {
		cells[i] = strings.TrimSpace(unescape(c))
	}
	t.Lines = append(t.Lines, Line{Number: line, cells: cells, head: t.head})
}

// unescape takes off the ' that our own CSVs put before what a spreadsheet would run as a formula.
func unescape(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@\t\r", rune(s[1])) {
		return s[1:]
	}
	return s
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

func (r reader) broken(err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return unreadable("The file cannot be read as CSV.")
	}
	return unreadable(fmt.Sprintf("Line %d cannot be read: a quotation mark stands in the wrong place. Write it twice, and put the whole value in quotation marks.", p.Line+r.skipped))
}
