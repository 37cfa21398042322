package sheet

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Bounds of a long file: one that is read row by row and held nowhere.
const (
	MaxLongBytes = 64 << 20 // as it comes
	MaxLongLines = 500_000

	maxLongText = 512 << 20 // when it is unpacked
	maxRecord   = 1 << 20   // bytes of one row
	firstRows   = 100       // that are kept to look at
)

// Long is a text file as it is kept: packed, in UTF-8, with some of its rows.
type Long struct {
	// Sheet holds the first rows and, of all others, those in which a column first shows
	// something of what Tells tells: they say as much of the file as all of them.
	Sheet  Sheet
	Packed []byte
}

// Tells says what a value shows of how its column is written, as a set of bits. It is the
// caller's: a row is kept where a column shows a bit for the first time.
type Tells func(value string) uint16

var errLetters = errors.New("the file is not in UTF-8")

// IsWorkbook tells a workbook from a text. The file is at its beginning again.
func IsWorkbook(file io.ReadSeeker) (bool, error) {
	var first [4]byte
	n, err := io.ReadFull(file, first[:])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return false, err
	}
	_, err = file.Seek(0, io.SeekStart)
	return isWorkbook(first[:n]), err
}

// TakeLong reads a text file through and packs it: CSV with any separator, or the JSON of rows, packed by gzip in one
// or several members or not at all. What cannot be read is errs.Invalid at "file".
func TakeLong(ctx context.Context, file io.ReadSeeker, tells Tells) (Long, error) {
	l, err := takeLong(ctx, file, tells, nil)
	if !errors.Is(err, errLetters) {
		return l, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return Long{}, err
	}
	if l, err = takeLong(ctx, file, tells, charmap.Windows1252.NewDecoder()); errors.Is(err, errLetters) {
		return Long{}, Unreadable("The letters of this file are in no encoding that can be read. " +
			"Save it as CSV UTF-8 and upload it again.")
	}
	l.Sheet.Notes = append(l.Sheet.Notes, notUTF8)
	return l, err
}

func takeLong(ctx context.Context, file io.Reader, tells Tells, letters transform.Transformer) (Long, error) {
	text, err := textOf(file, letters)
	if err != nil {
		return Long{}, err
	}
	start, _ := text.Peek(64 << 10)
	if err := plainText(start); err != nil {
		return Long{}, err
	}
	var packed bytes.Buffer
	pack, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed) // the level is one of gzip's own
	if first := bytes.TrimLeft(start, " \t\r\n"); len(first) > 0 && (first[0] == '{' || first[0] == '[') {
		if err := writeJSON(ctx, text, pack); err != nil {
			return Long{}, err
		}
		if err := pack.Close(); err != nil {
			return Long{}, err
		}
		l := Long{Packed: packed.Bytes()}
		unpacked, err := gzip.NewReader(bytes.NewReader(l.Packed))
		if err != nil {
			return l, err
		}
		l.Sheet, err = sampled(ctx, bufio.NewReader(unpacked), tells, false)
		return l, err
	}
	s, err := sampled(ctx, bufio.NewReader(io.TeeReader(text, pack)), tells, letters != nil)
	if err := errors.Join(err, pack.Close()); err != nil {
		return Long{}, err
	}
	return Long{Sheet: s, Packed: packed.Bytes()}, nil
}

// textOf unpacks a file and turns its letters into UTF-8, without a mark at its beginning.
func textOf(file io.Reader, letters transform.Transformer) (*bufio.Reader, error) {
	in := bufio.NewReader(file)
	if start, _ := in.Peek(2); bytes.Equal(start, []byte("\x1f\x8b")) {
		m, err := newMembers(in)
		if err != nil {
			return nil, unpackable(err)
		}
		in = bufio.NewReader(m)
	}
	in = bufio.NewReaderSize(&endless{from: in, left: maxLongText}, 64<<10)
	start, _ := in.Peek(4)
	switch {
	case bytes.HasPrefix(start, []byte("\xd0\xcf\x11\xe0")):
		all, _ := io.ReadAll(io.LimitReader(in, MaxBytes))
		return nil, oldOrLocked(all)
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		wide := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
		in = bufio.NewReaderSize(transform.NewReader(in, wide), 64<<10)
	case letters != nil:
		in = bufio.NewReaderSize(transform.NewReader(in, letters), 64<<10)
	}
	if start, _ = in.Peek(3); bytes.Equal(start, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	if start, _ = in.Peek(64 << 10); !bytes.Contains(start, []byte("\n")) && bytes.Contains(start, []byte("\r")) {
		in = bufio.NewReaderSize(macLines{in}, 64<<10)
	}
	return in, nil
}

// plainText refuses what is no text by how it begins.
func plainText(start []byte) error {
	if len(bytes.TrimSpace(start)) == 0 {
		return Unreadable("The file is empty. Its first line must name the columns.")
	}
	if bytes.HasPrefix(start, []byte("%PDF")) {
		return Unreadable("This is a PDF. Its lines can be entered by hand; or ask the distributor for the same bill " +
			"as CSV or Excel file.")
	}
	if bytes.IndexByte(start, 0) >= 0 {
		return Unreadable("This is no text file. Save it as CSV UTF-8 and upload it again.")
	}
	_, _, err := decode(start[:min(len(start), 200)])
	if begins := bytes.ToLower(bytes.TrimSpace(start)); err != nil && bytes.HasPrefix(begins, []byte("<")) {
		return err
	}
	return nil
}

func unpackable(err error) error {
	return because("This packed file (.gz) breaks off or is damaged. Nothing of it was kept. Download it again.", err)
}

// endless stops reading what has no end.
type endless struct {
	from io.Reader
	left int
}

func (e *endless) Read(p []byte) (int, error) {
	n, err := e.from.Read(p)
	if e.left -= n; e.left < 0 {
		return 0,
			Unreadable(fmt.Sprintf("The file holds more than %d MB when it is unpacked. Split it and upload the "+
				"parts.", maxLongText>>20))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = unpackable(err)
	}
	return n, err
}

// macLines mends the line ends of old Mac programs.
type macLines struct{ from io.Reader }

func (m macLines) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	for i := range p[:n] {
		if p[i] == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// members reads the parts of a packed file that was put together from several. Where one begins with the mark of a
// file's beginning, or as the first did, it begins on a line of its own.
type members struct {
	from *bufio.Reader
	zip  *gzip.Reader
	text *bufio.Reader // of the member
	head []byte
	last byte
}

func newMembers(in *bufio.Reader) (*members, error) {
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	m := &members{from: in, zip: z, text: bufio.NewReader(z)}
	head, _ := m.text.Peek(48)
	m.head = bytes.Clone(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	return m, nil
}

func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.text.Read(p)
		if n > 0 {
			m.last = p[n-1]
			return n, nil
		}
		if !errors.Is(err, io.EOF) {
			return 0, err
		}
		if err := m.zip.Reset(m.from); err != nil {
			return 0, err // io.EOF: there is no other member
		}
		m.zip.Multistream(false)
		m.text.Reset(m.zip)
		begins, _ := m.text.Peek(3 + len(m.head))
		mark := bytes.HasPrefix(begins, []byte("\xef\xbb\xbf"))
		if mark {
			_, _ = m.text.Discard(3)
		}
		if (mark || bytes.HasPrefix(begins, m.head)) && m.last != '\n' && len(p) > 0 {
			m.last, p[0] = '\n', '\n'
			return 1, nil
		}
	}
}

// rowsOf reads rows one by one. A row is good only until the next one.
type rows struct {
	csv     *csv.Reader
	comma   rune
	skipped int
	head    []string
	record  *record
	count   int
	guessed bool // the letters are
}

// record stops a row that has no end, as a quotation mark that is never closed makes it.
type record struct {
	from io.Reader
	left int
}

var errRecord = errors.New("a row without end")

func (r *record) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errRecord
	}
	n, err := r.from.Read(p[:min(len(p), 32<<10)])
	r.left -= n
	return n, err
}

func openRows(in *bufio.Reader, guessed bool) (*rows, error) {
	r := &rows{guessed: guessed}
	start, _ := in.Peek(64 << 10)
	first, _, _ := bytes.Cut(start, []byte("\n"))
	line := strings.TrimRight(string(first), "\r")
	r.comma = separator(line)
	if mark, ok := strings.CutPrefix(strings.ToLower(line), "sep="); ok && len(mark) == 1 && strings.Contains(",;\t",
		mark) {
		if _, err := in.ReadString('\n'); err != nil {
			return nil, err
		}
		r.comma, r.skipped = rune(mark[0]), 1
	}
	r.record = &record{from: in, left: maxRecord}
	r.csv = csv.NewReader(r.record)
	r.csv.Comma, r.csv.FieldsPerRecord, r.csv.ReuseRecord = r.comma, -1, true
	head, err := r.read()
	if errors.Is(err, io.EOF) {
		return nil, Unreadable("The file is empty. Its first line must name the columns.")
	}
	if err != nil {
		return nil, err
	}
	if len(head.Cells) > maxColumns {
		return nil, tooWide(len(head.Cells))
	}
	r.head = slices.Clone(head.Cells)
	return r, nil
}

// next is the next row that is neither blank nor the header once more; io.EOF at the end.
func (r *rows) next() (Row, error) {
	for {
		row, err := r.read()
		if err != nil {
			return row, err
		}
		if Blank(row.Cells) || r.isHead(row.Cells) {
			continue
		}
		if r.count++; r.count > MaxLongLines {
			return row, Unreadable(fmt.Sprintf("The file has more than %d lines. Split it and upload the parts.",
				MaxLongLines))
		}
		return row, nil
	}
}

func (r *rows) read() (Row, error) {
	r.record.left = maxRecord
	cells, err := r.csv.Read()
	var parse *csv.ParseError
	switch {
	case errors.Is(err, errRecord):
		return Row{}, hugeCell(r.line() + 1)
	case errors.As(err, &parse):
		return Row{}, reader{skipped: r.skipped}.broken(err)
	case err != nil:
		return Row{}, err
	}
	line, _ := r.csv.FieldPos(0)
	row := Row{Line: line + r.skipped, Cells: cells}
	if len(cells) > maxValues {
		return row,
			Unreadable(fmt.Sprintf("Line %d has %d values. Save only the columns of the list and upload that.",
				row.Line, len(cells)))
	}
	for _, c := range cells {
		switch {
		case len(c) > maxCell:
			return row, hugeCell(row.Line)
		case strings.IndexByte(c, 0) >= 0:
			return row, Unreadable("This is no text file. Save it as CSV UTF-8 and upload it again.")
		case !utf8.ValidString(c), r.guessed && strings.ContainsRune(c, utf8.RuneError):
			return row, errLetters
		}
	}
	return row, nil
}

func (r *rows) line() int { return r.count + 1 + r.skipped }

// isHead tells a header that stands again between the rows, as in a file put together from several.
func (r *rows) isHead(cells []string) bool {
	if len(cells) != len(r.head) {
		return false
	}
	for i, c := range cells {
		if !strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(c, "\ufeff")), strings.TrimSpace(r.head[i])) {
			return false
		}
	}
	return true
}

// sampled reads a file through and keeps the rows that tell.
func sampled(ctx context.Context, in *bufio.Reader, tells Tells, guessed bool) (Sheet, error) {
	r, err := openRows(in, guessed)
	if err != nil {
		return Sheet{}, err
	}
	s := Sheet{Comma: string(r.comma), Head: r.head, Long: true}
	told := make([]uint16, len(r.head))
	for {
		row, err := r.next()
		if errors.Is(err, io.EOF) {
			s.Whole = r.count
			return s, nil
		}
		if err != nil {
			return s, err
		}
		if r.count%1024 == 0 && ctx.Err() != nil {
			return s, ctx.Err()
		}
		if tellsMore(told, row.Cells, tells) || len(s.Rows) < firstRows {
			s.Rows = append(s.Rows, Row{Line: row.Line, Cells: slices.Clone(row.Cells)})
		}
	}
}

func tellsMore(told []uint16, cells []string, tells Tells) bool {
	more := false
	for i, c := range cells[:min(len(cells), len(told))] {
		if bits := tells(c); bits&^told[i] != 0 {
			told[i] |= bits
			more = true
		}
	}
	return more
}

// Each hands over the rows of a file that TakeLong packed, or of a worksheet of a workbook as TakeWorkbook took it,
// in
// their order. A row is good only until the next one.
func Each(ctx context.Context, packed []byte, worksheet string, do func(Row) error) error {
	if isWorkbook(packed) {
		_, err := eachOfWorkbook(ctx, packed, worksheet, func(_ Sheet, r Row) error { return do(r) })
		return err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return fmt.Errorf("rows of a kept file: %w", err)
	}
	r, err := openRows(bufio.NewReaderSize(unpacked, 64<<10), false)
	if err != nil {
		return err
	}
	for {
		row, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && r.count%1024 == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if err := do(row); err != nil {
			return err
		}
	}
}
