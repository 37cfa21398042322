package imports

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"seatledger/internal/imports/sheet"
)

// How tells by what a column was recognised.
type How string

// The ways. Named is our own name of it.
const (
	Named      How = "named"
	Alias      How = "alias"
	Content    How = "content"
	Remembered How = "remembered"
	Chosen     How = "chosen"
)

// Layout says which column of a file is which.
type Layout struct {
	Sheet   string            `json:"sheet,omitempty"`
	Form    string            `json:"form,omitempty"`
	Columns []Placed          `json:"columns"`
	Decimal Decimal           `json:"decimal,omitempty"`  // as chosen for this file
	Before  Decimal           `json:"before,omitempty"`   // as chosen for such files before
	Answers map[string]string `json:"answers,omitempty"`  // to the kind's questions
	SavedBy string            `json:"saved_by,omitempty"` // who chose it, where it is remembered
	SavedAt time.Time         `json:"saved_at,omitzero"`
}

// Placed is one column of the file.
type Placed struct {
	Head   string `json:"head"`            // as the file names it
	Field  string `json:"field,omitempty"` // our column; empty: not used
	How    How    `json:"how,omitempty"`
	Sample string `json:"sample,omitempty"` // its first values
}

// Plain tells whether every column that is used has our own name.
func (l Layout) Plain() bool {
	return !slices.ContainsFunc(l.Columns, func(p Placed) bool { return p.Field != "" && p.How != Named })
}

// foreign tells whether the file has any column in somebody else's words.
func (l Layout) foreign() bool {
	return slices.ContainsFunc(l.Columns, func(p Placed) bool { return p.How != Named && p.Head != "" })
}

func (l Layout) column(field string) int {
	return slices.IndexFunc(l.Columns, func(p Placed) bool { return p.Field == field })
}

// complete refuses a layout that lacks a column without which no line means anything.
func (l Layout) complete(columns []Column) error {
	var missing, all []string
	for _, c := range columns {
		all = append(all, c.Name)
		if c.Required && l.column(c.Name) < 0 && !(c.Spared && l.foreign()) {
			missing = append(missing, c.Name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return sheet.Unreadable(fmt.Sprintf("The first line does not name the column %s. The columns are: %s.",
		strings.Join(missing, ", "), strings.Join(all, ", ")))
}

// lacks names a column without which no line means anything, for the person who may
// still choose it; empty when all are there.
func (l Layout) lacks(columns []Column) string {
	for _, c := range columns {
		if c.Required && !c.Spared && l.column(c.Name) < 0 {
			return fmt.Sprintf("No column of the file is the %s. Choose it in the table of columns, then look at the "+
				"preview.", c.label())
		}
	}
	return ""
}

const (
	sampled = 50
	shown   = 3
	longest = 40
)

// recognise finds out which column is which: by our own names, then by names that other
// programs use, then by what the values look like. An earlier way goes before a later one.
func recognise(s *sheet.Sheet, f Form) (Layout, error) {
	columns := f.Columns
	l := bare(s)
	l.Form = f.Name
	for _, way := range []struct {
		how How
		is  func(Column, int) bool
	}{
		{Named, func(c Column, i int) bool {
			return columnKey(s.Head[i]) == columnKey(c.Name) && (!c.Strict || looks(s, c, i))
		}},
		{Alias, func(c Column, i int) bool { return slices.Contains(c.Aliases, lettersOf(s.Head[i])) }},
		{Content, func(c Column, i int) bool { return !c.Strict && looks(s, c, i) }},
	} {
		if err := l.claim(columns, way.how, way.is); err != nil {
			return l, err
		}
	}
	return l, nil
}

// bare is a layout in which no column is used.
func bare(s *sheet.Sheet) Layout {
	l := Layout{Sheet: s.Name, Columns: make([]Placed, s.Width())}
	for i := range l.Columns {
		var values []string
		for _, v := range s.Samples(i, shown) {
			values = append(values, Isolated(v))
		}
		sample := []rune(strings.Join(values, " · "))
		if len(sample) > longest {
			sample = append(sample[:longest], '…')
		}
		l.Columns[i] = Placed{Head: FoldKey(unescape(s.Head[i])), Sample: string(sample)}
	}
	return l
}

// claim gives each field that has no column yet the first one that fits. Our own name
// twice is refused: which of them is meant is anybody's guess.
func (l *Layout) claim(columns []Column, how How, fits func(Column, int) bool) error {
	for _, c := range columns {
		if l.column(c.Name) >= 0 {
			continue
		}
		for i, p := range l.Columns {
			if p.Field != "" || !fits(c, i) {
				continue
			}
			if l.column(c.Name) < 0 {
				l.Columns[i].Field, l.Columns[i].How = c.Name, how
			} else if how == Named {
				return sheet.Unreadable(fmt.Sprintf("The column %s stands twice in the first line. Remove one of them.",
					c.Name))
			}
		}
	}
	return nil
}

// looks tells whether nearly all of a column's first values look like one of c.
func looks(s *sheet.Sheet, c Column, i int) bool {
	if c.Looks == nil {
		return false
	}
	values := s.Samples(i, sampled)
	n := 0
	for _, v := range values {
		if c.Looks(unescape(v)) {
			n++
		}
	}
	return n > 0 && n*10 >= len(values)*9
}

// columnKey is a header name without regard to case, spaces and hyphens.
func columnKey(name string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(FoldKey(unescape(name))))
}

// lettersOf is a name in letters and digits alone: "Address 1: ZIP/Postal Code" is address1zippostalcode.
func lettersOf(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, FoldKey(name))
}

// known counts the columns that were recognised by a name.
func (l Layout) known() int {
	n := 0
	for _, p := range l.Columns {
		if p.How == Named || p.How == Alias {
			n++
		}
	}
	return n
}

// formOf is the form of that name; the first where there is none such.
func formOf(k Kind, name string) Form {
	forms := k.Forms()
	if i := slices.IndexFunc(forms, func(f Form) bool { return f.Name == name }); i > 0 {
		return forms[i]
	}
	return forms[0]
}

// recogniseForm finds the form that fits best. A form in somebody else's words, whose
// columns are all there, goes before our own.
func recogniseForm(s *sheet.Sheet, k Kind) (Layout, error) {
	var best Layout
	for i, f := range k.Forms() {
		l, err := recognise(s, f)
		if err != nil {
			return l, err
		}
		whole := l.complete(f.Columns) == nil
		if f.Theirs && whole {
			return l, nil
		}
		if i == 0 || l.known() > best.known() {
			best = l
		}
	}
	return best, nil
}
