// Package workbook writes a workbook of one sheet (XLSX) as it goes: the first rows leave
// before the last are known, and nothing is kept but the row at hand. It knows nothing of
// lists, databases or HTTP.
package workbook

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"strconv"
)

// MaxRows is how many rows a sheet of the format holds, its head among them.
const MaxRows = 1_048_576

// ErrFull says that the sheet holds no more rows.
var ErrFull = errors.New("workbook: a sheet holds no more rows")

// Kind is what a column holds.
type Kind int

// The kinds. Values come as PostgreSQL writes them.
const (
	Text   Kind = iota
	Number      // what has more digits than the format keeps is written as text
	Day         // 2026-03-01
	Moment      // 2026-03-01 10:00:00.5+00, in UTC
	YesNo       // t or f
)

// Column is one column of the sheet.
type Column struct {
	Name string
	Kind Kind
}

// Writer writes the rows of the sheet. Make one with New, and Close it.
type Writer struct {
	zip     *zip.Writer
	sheet   io.Writer
	columns []Column
	refs    []string // A, B, C ...
	rows    int
	row     bytes.Buffer
}

// New begins a workbook with the head of its sheet.
func New(w io.Writer, sheet string, columns []Column) (*Writer, error) {
	b := &Writer{zip: zip.NewWriter(w), columns: columns}
	b.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	for i := range columns {
		b.refs = append(b.refs, letters(i))
	}
	for _, p := range parts(sheet) {
		if err := b.part(p.name, p.text); err != nil {
			return nil, err
		}
	}
	var err error
	if b.sheet, err = b.zip.Create("xl/worksheets/sheet1.xml"); err != nil {
		return nil, err
	}
	if _, err = io.WriteString(b.sheet, sheetHead+widths(columns)+"<sheetData>"); err != nil {
		return nil, err
	}
	return b, b.head()
}

func (b *Writer) part(name, text string) error {
	w, err := b.zip.Create(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text)
	return err
}

func (b *Writer) head() error {
	b.begin()
	for i, c := range b.columns {
		b.text(i, []byte(c.Name), styleHead)
	}
	return b.end()
}

// Row writes one row. A nil value is unknown and leaves its cell empty.
func (b *Writer) Row(values [][]byte) error {
	if b.rows >= MaxRows {
		return ErrFull
	}
	b.begin()
	for i, v := range values {
		if v != nil {
			b.cell(i, v)
		}
	}
	return b.end()
}

// Close writes the end of the workbook. The writer beneath stays open.
func (b *Writer) Close() error {
	if _, err := io.WriteString(b.sheet, "</sheetData></worksheet>"); err != nil {
		return err
	}
	return b.zip.Close()
}

func (b *Writer) begin() {
	b.rows++
	b.row.Reset()
	b.row.WriteString(`<row r="`)
	b.row.WriteString(strconv.Itoa(b.rows))
	b.row.WriteString(`">`)
}

func (b *Writer) end() error {
	b.row.WriteString("</row>")
	_, err := b.row.WriteTo(b.sheet)
	return err
}

func (b *Writer) cell(i int, v []byte) {
	switch b.columns[i].Kind {
	case Number:
		if isNumber(v) {
			b.value(i, "", 0, string(v))
			return
		}
	case Day:
		if s, ok := dayNumber(v); ok {
			b.value(i, "", styleDay, s)
			return
		}
	case Moment:
		if s, ok := momentNumber(v); ok {
			b.value(i, "", styleMoment, s)
			return
		}
	case YesNo:
		b.value(i, "b", 0, map[bool]string{true: "1", false: "0"}[v[0] == 't'])
		return
	}
	if len(v) > 0 {
		b.text(i, v, textStyle(v))
	}
}

func (b *Writer) open(i int, kind string, style int) {
	b.row.WriteString(`<c r="`)
	b.row.WriteString(b.refs[i])
	b.row.WriteString(strconv.Itoa(b.rows))
	if kind != "" {
		b.row.WriteString(`" t="`)
		b.row.WriteString(kind)
	}
	if style != 0 {
		b.row.WriteString(`" s="`)
		b.row.WriteString(strconv.Itoa(style))
	}
	b.row.WriteString(`">`)
}

func (b *Writer) value(i int, kind string, style int, v string) {
	b.open(i, kind, style)
	b.row.WriteString("<v>")
	b.row.WriteString(v)
	b.row.WriteString("</v></c>")
}

// text writes a cell that is text whatever it looks like: the format runs only cells that are
// marked as formulas, and none here is.
func (b *Writer) text(i int, v []byte, style int) {
	b.open(i, "inlineStr", style)
	b.row.WriteString(`<is><t xml:space="preserve">`)
	escape(&b.row, v)
	b.row.WriteString("</t></is></c>")
}
