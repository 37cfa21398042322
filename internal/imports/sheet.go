package imports

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// The largest file that is taken.
const (
	MaxBytes   = 10 << 20
	MaxLines   = 100_000
	maxColumns = 300
)

// sheet is the rows of a file before anybody said what its columns mean.
type sheet struct {
	Name  string   `json:"name,omitempty"`  // of the worksheet
	Names []string `json:"names,omitempty"` // worksheets that hold something
	Head  []string `json:"head"`
	Rows  []row    `json:"rows"`
	Notes []string `json:"notes,omitempty"`
}

type row struct {
	Line  int      `json:"l"` // as the person's program counts
	Cells []string `json:"c"`
}

// openSheet reads a file by what it is, whatever it is called. worksheet chooses one of
// a workbook; empty takes the first that holds something.
func openSheet(content []byte, worksheet string) (sheet, error) {
	if len(content) > MaxBytes {
		return sheet{}, unreadable(fmt.Sprintf("The file is larger than %d MB. Split it and upload the parts.", MaxBytes>>20))
	}
	if isWorkbook(content) {
		return readWorkbook(content, worksheet)
	}
	return readCSV(content)
}

func isWorkbook(content []byte) bool { return bytes.HasPrefix(content, []byte("PK\x03\x04")) }

// add takes one record, the first as the names of the columns.
func (s *sheet) add(line int, cells []string) error {
	switch {
	case s.Head == nil:
		if len(cells) > maxColumns {
			return unreadable(fmt.Sprintf("The first line names %d columns; a file may have %d.", len(cells), maxColumns))
		}
		s.Head = cells
	case len(s.Rows) == MaxLines:
		return unreadable("The file has more than 100,000 lines. Split it and upload the parts.")
	default:
		s.Rows = append(s.Rows, row{line, cells})
	}
	return nil
}

// samples are a column's first values that are not empty.
func (s *sheet) samples(column, most int) []string {
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

// width is how many columns are named or hold something.
func (s *sheet) width() int {
	n := len(s.Head)
	for n > 0 && strings.TrimSpace(s.Head[n-1]) == "" && len(s.samples(n-1, 1)) == 0 {
		n--
	}
	return n
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}
