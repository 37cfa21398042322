package sheet

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"seatledger/internal/errs"
)

// Bounds of a file. What goes beyond is refused with a sentence that names the bound.
const (
	MaxBytes = 10 << 20
	MaxLines = 100_000

	maxColumns = 300       // that the first line names
	maxValues  = 2000      // on one line of text
	maxCells   = 2_000_000 // of all lines together
	maxCell    = 100_000   // bytes of one cell; a spreadsheet holds 32,767 characters
	maxText    = 32 << 20  // bytes of all cells together
)

// Sheet is the rows of a file before anybody said what its columns mean.
type Sheet struct {
	Name  string   `json:"name,omitempty"`  // of the worksheet
	Names []string `json:"names,omitempty"` // worksheets that hold something
	Comma string   `json:"comma,omitempty"` // what separates the values of a text file
	Head  []string `json:"head"`
	Rows  []Row    `json:"rows"`
	Notes []string `json:"notes,omitempty"`
	// Long: the file is long, and Rows are only those that tell how it is written (TakeLong).
	Long  bool `json:"long,omitempty"`
	Whole int  `json:"whole,omitempty"` // how many rows a long file has

	cells, text int
}

// Row is one line that is not blank.
type Row struct {
	Line  int      `json:"l"` // as the person's program counts
	Cells []string `json:"c"`
	// Typed are the cells that a workbook holds as a number or a date and not as
	// letters: they are written with a point, or as YYYY-MM-DD, whatever a person sees.
	Typed []int `json:"t,omitempty"`
}

// Parse reads a file within this process, by what it is and whatever it is called.
// worksheet chooses one of a workbook; empty takes the first that holds something.
func Parse(content []byte, worksheet string) (Sheet, error) {
	switch {
	case len(content) > MaxBytes:
		return Sheet{}, tooLarge()
	case isWorkbook(content):
		return readWorkbook(content, worksheet)
	}
	return readCSV(content)
}

func tooLarge() error {
	return Unreadable(fmt.Sprintf("The file is larger than %d MB. Split it and upload the parts.", MaxBytes>>20))
}

func isWorkbook(content []byte) bool { return bytes.HasPrefix(content, []byte("PK\x03\x04")) }

// Unreadable is a file that is refused as a whole, at the form's field.
func Unreadable(why string) error { return errs.Fields{"file": why}.Err() }

// add takes one record, the first as the names of the columns.
func (s *Sheet) add(r Row) error {
	s.cells += len(r.Cells)
	for _, c := range r.Cells {
		if s.text += len(c); len(c) > maxCell {
			return hugeCell(r.Line)
		}
	}
	switch {
	case s.cells > maxCells:
		return Unreadable("The file has more than 2,000,000 cells. Save only the columns of the list, or split it, " +
			"and upload that.")
	case s.text > maxText:
		return Unreadable(fmt.Sprintf("The cells of this file hold more than %d MB of text. "+
			"Save only the columns of the list, or split it, and upload that.", maxText>>20))
	case s.Head == nil && len(r.Cells) > maxColumns:
		return tooWide(len(r.Cells))
	case s.Head == nil:
		s.Head = r.Cells
	case len(s.Rows) == MaxLines:
		return Unreadable("The file has more than 100,000 lines. Split it and upload the parts.")
	default:
		s.Rows = append(s.Rows, r)
	}
	return nil
}

func tooWide(n int) error {
	return Unreadable(fmt.Sprintf("The first line names %d columns; a file may have %d.", n, maxColumns))
}

func hugeCell(line int) error {
	return Unreadable(fmt.Sprintf("Line %d holds a cell of more than %d kB, which is no value of a list. "+
		"A quotation mark that is never closed does that too. Mend it and upload the file again.", line, maxCell/1000))
}

// Samples are a column's first values that are not empty.
func (s *Sheet) Samples(column, most int) []string {
	var out []string
	for _, r := range s.Rows {
		if column < len(r.Cells) && len(out) < most {
			if v := strings.TrimSpace(r.Cells[column]); v != "" {
				out = append(out, v)
			}
		}
	}
	return out
}

// Width is how many columns are named or hold something.
func (s *Sheet) Width() int {
	n := len(s.Head)
	for n > 0 && strings.TrimSpace(s.Head[n-1]) == "" && len(s.Samples(n-1, 1)) == 0 {
		n--
	}
	return n
}

// Blank tells whether a record holds nothing.
func Blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}
