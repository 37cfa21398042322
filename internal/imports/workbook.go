package imports

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Limits of a workbook, which is a packed folder: a small file may unpack to anything.
const (
	maxUnpacked = 128 << 20 // all parts together
	maxInMemory = 16 << 20  // a larger sheet is unpacked into a temporary file
	maxParts    = 5000
	maxCells    = 2000 // in one row
	maxSheets   = 50   // that are looked at
	peekedRows  = 1000
)

// readWorkbook reads one worksheet of an .xlsx: the one asked for, else the first that holds something.
func readWorkbook(content []byte, worksheet string) (s sheet, err error) {
	if err := inspect(content); err != nil {
		return sheet{}, err
	}
	defer func() {
		// The parser meets files that were made to break it; that is the file's fault, not ours.
		if recover() != nil {
			s, err = sheet{}, brokenWorkbook()
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{
		UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxInMemory,
		ShortDatePattern: "yyyy-mm-dd", LongDatePattern: "yyyy-mm-dd",
	})
	if err != nil {
		return sheet{}, brokenWorkbook()
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	names := filled(f)
	switch {
	case len(names) == 0:
		return sheet{}, unreadable("The workbook holds nothing: every sheet is empty or hidden.")
	case worksheet == "":
		worksheet = names[0]
	case !slices.Contains(names, worksheet):
		return sheet{}, unreadable(fmt.Sprintf("The workbook has no sheet %q that holds anything.", worksheet))
	}
	return readWorksheet(f, worksheet, names)
}

// inspect looks at what the packed folder declares, before anything is unpacked.
func inspect(content []byte) error {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return brokenWorkbook()
	}
	if len(z.File) > maxParts {
		return tooMuchInside()
	}
	var unpacked uint64
	has := map[string]bool{}
	for _, part := range z.File {
		if unpacked += part.UncompressedSize64; part.UncompressedSize64 > maxUnpacked || unpacked > maxUnpacked {
			return tooMuchInside()
		}
		has[strings.ToLower(strings.ReplaceAll(part.Name, `\`, "/"))] = true
	}
	switch {
	case has["xl/workbook.bin"]:
		return unreadable("This is a binary workbook (.xlsb). In the spreadsheet program, save it as .xlsx or as CSV UTF-8 and upload that file.")
	case has["content.xml"]:
		return unreadable("This is an OpenDocument file. In the spreadsheet program, save it as .xlsx or as CSV UTF-8 and upload that file.")
	case !has["xl/workbook.xml"]:
		return unreadable("This is a packed file but no workbook. Save the list as .xlsx or as CSV UTF-8 and upload that file.")
	}
	return nil
}

func tooMuchInside() error {
	return unreadable(fmt.Sprintf("Unpacked, this workbook is larger than %d MB. Save only the list, as CSV UTF-8, and upload that file.", maxUnpacked>>20))
}

func brokenWorkbook() error {
	return unreadable("The workbook is damaged or not a whole .xlsx file. Open it in the spreadsheet program, save it again and upload that.")
}

// filled lists the visible worksheets that hold something.
func filled(f *excelize.File) []string {
	var out []string
	for _, name := range f.GetSheetList() {
		visible, err := f.GetSheetVisible(name)
		if err == nil && visible && len(out) < maxSheets && holdsSomething(f, name) {
			out = append(out, name)
		}
	}
	return out
}

func holdsSomething(f *excelize.File, name string) bool {
	rows, err := f.Rows(name)
	if err != nil {
		return false // a sheet of charts
	}
	defer rows.Close()
	for n := 0; n < peekedRows && rows.Next(); n++ {
		if cells, err := rows.Columns(); err == nil && !blank(cells) {
			return true
		}
	}
	return false
}

func readWorksheet(f *excelize.File, name string, names []string) (sheet, error) {
	s := sheet{Name: name, Names: names}
	short, err := s.readRows(f)
	if err != nil {
		return s, err
	}
	if short {
		return s, s.writeOut(f)
	}
	return s, nil
}

// readRows takes the rows as a person sees them. It tells whether a long number was
// shown shortened, as 4.41E+11.
func (s *sheet) readRows(f *excelize.File) (short bool, err error) {
	err = eachRow(f, s.Name, excelize.Options{}, func(line int, cells []string) error {
		if blank(cells) {
			return nil
		}
		short = short || slices.ContainsFunc(cells, isShortened)
		if s.Head != nil {
			cells = fit(cells, len(s.Head))
		}
		return s.add(line, cells)
	})
	return short, err
}

// fit gives a row as many cells as the head has. A workbook says where each cell stands,
// so nothing can have moved; what stands beyond the named columns is a remark.
func fit(cells []string, width int) []string {
	for len(cells) < width {
		cells = append(cells, "")
	}
	return cells[:width:width]
}

// writeOut puts the whole number where a shortened one was shown.
func (s *sheet) writeOut(f *excelize.File) error {
	i := 0
	return eachRow(f, s.Name, excelize.Options{RawCellValue: true}, func(line int, raw []string) error {
		for i < len(s.Rows) && s.Rows[i].Line < line {
			i++
		}
		if i == len(s.Rows) || s.Rows[i].Line != line {
			return nil
		}
		for c, v := range s.Rows[i].Cells {
			if c < len(raw) && isShortened(v) {
				s.Rows[i].Cells[c] = raw[c]
			}
		}
		return nil
	})
}

func isShortened(v string) bool {
	whole, exponent, found := strings.Cut(strings.ToUpper(v), "E+")
	return found && strings.Trim(whole, "-.0123456789") == "" && whole != "" && exponent != "" && strings.Trim(exponent, "0123456789") == ""
}

func eachRow(f *excelize.File, name string, o excelize.Options, do func(line int, cells []string) error) error {
	rows, err := f.Rows(name)
	if err != nil {
		return brokenWorkbook()
	}
	defer rows.Close()
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns(o)
		if err != nil {
			return brokenWorkbook()
		}
		if len(cells) > maxCells {
			return unreadable(fmt.Sprintf("Row %d of the workbook has more than %d columns. Save only the list and upload that.", line, maxCells))
		}
		if err := do(line, cells); err != nil {
			return err
		}
	}
	if rows.Error() != nil {
		return brokenWorkbook()
	}
	return nil
}
