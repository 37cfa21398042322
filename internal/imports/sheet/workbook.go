package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Bounds of a workbook, which is a packed folder.
const (
	maxParts  = 5000
	maxSheets = 50     // that are looked at
	maxPeeked = 20_000 // cells that are looked at for the first that holds something
)

// bounds are what a workbook may hold: one that is read whole, or one that is read row by row and held nowhere.
type bounds struct {
	unpacked int64 // bytes of all parts that are read, together
	scanned  int   // cells of a worksheet, blank ones too
	texts    int   // that the cells share
	letters  int   // bytes of those
}

var (
	wholeBook = bounds{unpacked: 128 << 20, scanned: 4 << 20, texts: 1_000_000, letters: maxText}
	longBook  = bounds{unpacked: 1 << 30, scanned: 40 << 20, texts: 6_000_000, letters: 160 << 20}
)

// book is an opened workbook.
type book struct {
	bounds   bounds
	parts    map[string]*zip.File // by name in lower case
	unpacked int64                // bytes read of all parts
	strings  *texts
	formats  []format
	from1904 bool
	sheets   []worksheet
}

// worksheet is a visible sheet of a workbook, in the order of its tabs.
type worksheet struct{ name, part string }

// readWorkbook reads one worksheet of an .xlsx: the one asked for, else the first that holds something.
func readWorkbook(content []byte, name string) (Sheet, error) {
	s, b, w, err := chooseSheet(content, name, wholeBook)
	if err != nil {
		return s, err
	}
	return s, b.readRows(w, s.take)
}

// chooseSheet opens a workbook and finds the worksheet to read.
func chooseSheet(content []byte, name string, most bounds) (Sheet, *book, worksheet, error) {
	b, err := openBook(content, most)
	if err != nil {
		return Sheet{}, nil, worksheet{}, err
	}
	var filled []worksheet
	for _, w := range b.sheets {
		holds, err := b.holdsSomething(w)
		if err != nil {
			return Sheet{}, nil, worksheet{}, err
		}
		if holds {
			filled = append(filled, w)
		}
	}
	if len(filled) == 0 {
		return Sheet{}, nil, worksheet{}, Unreadable("The workbook holds nothing: every sheet is empty or hidden.")
	}
	at := 0
	if name != "" {
		at = slices.IndexFunc(filled, func(w worksheet) bool { return w.name == name })
	}
	if at < 0 {
		return Sheet{}, nil, worksheet{},
			Unreadable(fmt.Sprintf("The workbook has no sheet %q that holds anything.", name))
	}
	s := Sheet{Name: filled[at].name}
	for _, w := range filled {
		s.Names = append(s.Names, w.name)
	}
	return s, b, filled[at], nil
}

// take adds a row of a workbook. A workbook says where each cell stands, so nothing
// can have moved: a short row is filled up, and what stands beyond the named columns is a remark.
func (s *Sheet) take(r Row) error {
	if Blank(r.Cells) {
		return nil
	}
	if s.Head == nil {
		r.Cells, r.Typed = slices.Clone(r.Cells), nil
		return s.add(r)
	}
	return s.add(filledUp(r, len(s.Head)))
}

func filledUp(r Row, width int) Row {
	cells := make([]string, width)
	copy(cells, r.Cells)
	typed := slices.DeleteFunc(slices.Clone(r.Typed), func(i int) bool { return i >= width })
	return Row{Line: r.Line, Cells: cells, Typed: typed}
}

func openBook(content []byte, most bounds) (*book, error) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, brokenWorkbook()
	}
	if len(z.File) > maxParts {
		return nil, tooMuchInside(most.unpacked)
	}
	b := &book{bounds: most, parts: map[string]*zip.File{}}
	for _, part := range z.File {
		b.parts[partName(part.Name)] = part
	}
	if err := b.kind(); err != nil {
		return nil, err
	}
	links, err := b.links()
	if err != nil {
		return nil, err
	}
	for _, read := range []func(map[string]link) error{b.readNames, b.readTexts, b.readFormats} {
		if err := read(links); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// kind refuses the packed files that are no .xlsx.
func (b *book) kind() error {
	switch {
	case b.parts["xl/workbook.bin"] != nil:
		return Unreadable("This is a binary workbook (.xlsb). In the spreadsheet program, save it as .xlsx or as CSV " +
			"UTF-8 and upload that file.")
	case b.parts["content.xml"] != nil:
		return Unreadable("This is an OpenDocument file. In the spreadsheet program, save it as .xlsx or as CSV " +
			"UTF-8 and upload that file.")
	case b.parts["xl/workbook.xml"] == nil:
		return Unreadable("This is a packed file but no workbook. Save the list as .xlsx or as CSV UTF-8 and upload " +
			"that file.")
	}
	return nil
}

func partName(name string) string {
	return strings.TrimPrefix(strings.ToLower(strings.ReplaceAll(name, `\`, "/")), "/")
}

// link is where the workbook says that a part of it lies, and what it is.
type link struct{ part, kind string }

// links reads the workbook's table of parts, by id.
func (b *book) links() (map[string]link, error) {
	out := map[string]link{}
	err := b.each("xl/_rels/workbook.xml.rels", func(x *scanner) error {
		if x.opens("Relationship") && len(out) < maxParts {
			target := x.attr("Target")
			if !strings.HasPrefix(target, "/") {
				target = path.Join("xl", target)
			}
			out[x.attr("Id")] = link{partName(target), path.Base(x.attr("Type"))}
		}
		return nil
	})
	return out, err
}

// readNames lists the visible worksheets.
func (b *book) readNames(links map[string]link) error {
	return b.each("xl/workbook.xml", func(x *scanner) error {
		switch {
		case x.opens("workbookPr"):
			b.from1904 = truth(x.attr("date1904"))
		case x.opens("sheet") && len(b.sheets) < maxSheets:
			l := links[x.attr("id")]
			visible := x.attr("state") == "" || x.attr("state") == "visible"
			if visible && l.kind == "worksheet" && b.parts[l.part] != nil {
				b.sheets = append(b.sheets, worksheet{x.attr("name"), l.part})
			}
		}
		return nil
	})
}

func truth(s string) bool { return s == "1" || s == "true" || s == "on" }

// partOf is the part of a kind, where the workbook names one.
func partOf(links map[string]link, kind string) string {
	for _, l := range links {
		if l.kind == kind {
			return l.part
		}
	}
	return ""
}

func tooMuchInside(most int64) error {
	return Unreadable(fmt.Sprintf("Unpacked, this workbook is larger than %d MB. "+
		"Save only the list, as CSV UTF-8, and upload that file.", most>>20))
}

func brokenWorkbook() error {
	return Unreadable("The workbook is damaged or not a whole .xlsx file. " +
		"Open it in the spreadsheet program, save it again and upload that.")
}
