package sheet

import (
	"fmt"
	"strconv"
)

const (
	lastColumn = 16_384
	lastRow    = 1 << 20
)

// grid reads the cells of a worksheet row by row.
type grid struct {
	book    *book
	row     Row
	line    int // of the row before
	column  int // of the cell before, from 1
	scanned int
	kind    string // of the cell: s, str, inlineStr, b, e, d, n
	style   string
	value   []byte
	inside  bool // within <v>
	inline  phrase
}

// readRows hands over the rows of a worksheet. A row is good only until the next one.
func (b *book) readRows(w worksheet, do func(Row) error) error {
	g := &grid{book: b}
	return b.each(w.part, func(x *scanner) error {
		switch {
		case x.opens("row"):
			return g.beginRow(x.attr("r"))
		case x.closes("row"):
			return do(g.row)
		case x.closes("sheetData"):
			return errStop
		case x.opens("c"):
			return g.beginCell(x)
		case x.closes("c"):
			return g.endCell()
		}
		return g.take(x)
	})
}

func (g *grid) beginRow(at string) error {
	line := g.line + 1
	if at != "" {
		n, err := strconv.Atoi(at)
		if err != nil || n < line || n > lastRow {
			return brokenWorkbook()
		}
		line = n
	}
	if line > lastRow {
		return brokenWorkbook()
	}
	g.line, g.column = line, 0
	g.row.Line, g.row.Cells, g.row.Typed = line, g.row.Cells[:0], g.row.Typed[:0]
	return nil
}

func (g *grid) beginCell(x *scanner) error {
	if g.scanned++; g.scanned > g.book.bounds.scanned {
		return Unreadable("The worksheet has more cells than a list can have. " +
			"Save only the list, as CSV UTF-8, and upload that file.")
	}
	column := g.column + 1
	if ref := x.attr("r"); ref != "" {
		if column = columnOf(ref); column <= g.column || column > lastColumn {
			return brokenWorkbook()
		}
	}
	g.column, g.kind, g.style = column, x.attr("t"), x.attr("s")
	g.value, g.inside, g.inline = g.value[:0], false, phrase{letters: g.inline.letters[:0]}
	return nil
}

// columnOf reads the letters of AB12 as 28; 0 when there are none.
func columnOf(ref string) int {
	n := 0
	for i := 0; i < len(ref) && i < 4; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n
}

func (g *grid) take(x *scanner) error {
	switch {
	case x.opens("v"):
		g.inside = true
	case x.closes("v"):
		g.inside = false
	case g.inside:
		if g.value = append(g.value, x.text()...); len(g.value) > maxCell {
			return hugeText()
		}
	default:
		return g.inline.take(x)
	}
	return nil
}

func (g *grid) endCell() error {
	text, typed, err := g.read()
	if err != nil || text == "" {
		return err
	}
	if g.column > maxColumns {
		if g.row.Line == 1 { // it names the columns
			return tooWide(g.column)
		}
		return nil
	}
	for len(g.row.Cells) < g.column {
		g.row.Cells = append(g.row.Cells, "")
	}
	g.row.Cells[g.column-1] = text
	if typed {
		g.row.Typed = append(g.row.Typed, g.column-1)
	}
	return nil
}

// read gives a cell's value, and whether the workbook holds it as a number or a date.
func (g *grid) read() (string, bool, error) {
	switch g.kind {
	case "s":
		s, ok := g.book.strings.at(string(g.value))
		if !ok && len(g.value) > 0 {
			return "", false, brokenWorkbook()
		}
		return s, false, nil
	case "inlineStr":
		return string(unescaped(g.inline.letters)), false, nil
	case "str":
		return string(unescaped(g.value)), false, nil
	case "e":
		return string(g.value), false, nil
	case "b":
		return map[string]string{"1": "TRUE", "0": "FALSE"}[string(g.value)], true, nil
	case "d":
		return isoMoment(string(g.value)), true, nil
	}
	if len(g.value) == 0 {
		return "", false, nil
	}
	return g.book.number(string(g.value), g.style), true, nil
}

// holdsSomething looks at the beginning of a worksheet.
func (b *book) holdsSomething(w worksheet) (bool, error) {
	holds, seen := false, 0
	err := b.readRows(w, func(r Row) error {
		holds = !Blank(r.Cells)
		if seen += len(r.Cells) + 1; holds || seen > maxPeeked {
			return errStop
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("sheet %s: %w", w.name, err)
	}
	return holds, nil
}
