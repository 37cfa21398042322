package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"seatledger/internal/errs"
)

// maxToken bounds what one tag or one text of a part may hold. A cell that a
// spreadsheet can hold is far smaller.
const maxToken = 2 * maxCell

// errStop ends the reading of a part before its end.
var errStop = errors.New("enough was read")

// source counts what is unpacked of all parts.
type source struct {
	io.Reader
	all  *int64
	most int64
}

func (s source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if *s.all += int64(n); *s.all > s.most {
		return n, tooMuchInside(s.most)
	}
	return n, err
}

// each hands over the tokens of a part, one after the other; a part that is not there has none.
func (b *book) each(part string, do func(*scanner) error) error {
	f := b.parts[part]
	if f == nil {
		return nil
	}
	err := b.scan(f, do)
	switch {
	case err == nil, errors.Is(err, errStop):
		return nil
	case errs.KindOf(err) == errs.Invalid:
		return err
	}
	return brokenWorkbook()
}

func (b *book) scan(f *zip.File, do func(*scanner) error) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	x := newScanner(source{r, &b.unpacked, b.bounds.unpacked})
	for {
		if err := x.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := do(x); err != nil {
			return err
		}
	}
}

// scanner goes through the tags and texts of a part. It knows as much of XML as
// workbooks use, keeps one token at a time, and takes no document type: with one, a
// short text may stand for a long one.
type scanner struct {
	r      *bufio.Reader
	what   token
	name   []byte // of a tag, without its prefix
	attrs  []byte // of a tag that opens
	letter []byte // of a text
	raw    []byte
	alone  bool // the tag that was just handed over closes itself
	depth  int  // tags that are open
	tags   bool // there was one
}

type token int

const (
	nothing token = iota
	tagOpens
	tagCloses
	letters
)

var errNotXML = errors.New("this is no XML that a workbook has")

func newScanner(r io.Reader) *scanner {
	x := &scanner{r: bufio.NewReaderSize(r, 64<<10)}
	if start, err := x.r.Peek(3); err == nil && string(start) == "\xef\xbb\xbf" {
		_, _ = x.r.Discard(3) // what was peeked at is there
	}
	return x
}

// deepest is how far tags may stand in one another; those of a workbook stand ten deep.
const deepest = 100

// next reads one token. A part that ends while a tag is open is none that a program wrote.
func (x *scanner) next() error {
	err := x.read()
	switch {
	case errors.Is(err, io.EOF) && (x.depth != 0 || !x.tags):
		return errNotXML
	case err != nil:
		return err
	case x.what == tagOpens:
		x.depth, x.tags = x.depth+1, true
	case x.what == tagCloses:
		x.depth--
	}
	if x.depth < 0 || x.depth > deepest {
		return errNotXML
	}
	return nil
}

// read takes the next tag or text. What is neither has no meaning here and is passed over.
func (x *scanner) read() error {
	if x.alone {
		x.alone, x.what = false, tagCloses
		return nil
	}
	for {
		c, err := x.r.ReadByte()
		if err != nil {
			return err
		}
		if c != '<' {
			if err := x.r.UnreadByte(); err != nil {
				return err
			}
			return x.readText()
		}
		if x.what, err = x.readTag(); err != nil || x.what != nothing {
			return err
		}
	}
}

// readText reads the letters up to the next tag.
func (x *scanner) readText() error {
	x.raw = x.raw[:0]
	for {
		part, err := x.r.ReadSlice('<')
		if n := len(part); err == nil {
			part = part[:n-1]
			if err := x.r.UnreadByte(); err != nil {
				return err
			}
		}
		if x.raw = append(x.raw, part...); len(x.raw) > maxToken {
			return hugeText()
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		x.what = letters
		x.letter, err = plainLetters(x.letter[:0], x.raw)
		return err
	}
}

// readTag reads what stands between < and >.
func (x *scanner) readTag() (token, error) {
	start, err := x.r.Peek(8)
	if len(start) == 0 || err != nil && !errors.Is(err, io.EOF) {
		return nothing, cutOff(err)
	}
	switch {
	case start[0] == '?':
		return nothing, x.pass("?>")
	case bytes.HasPrefix(start, []byte("!--")):
		return nothing, x.pass("-->")
	case bytes.HasPrefix(start, []byte("![CDATA[")):
		return x.readVerbatim()
	case start[0] == '!':
		return nothing, errNotXML
	}
	if err := x.readInside(); err != nil {
		return nothing, err
	}
	inside := x.raw
	if inside[0] == '/' {
		x.name = localName(bytes.TrimSpace(inside[1:]))
		return tagCloses, nil
	}
	if n := len(inside) - 1; inside[n] == '/' {
		x.alone, inside = true, inside[:n]
	}
	end := bytes.IndexAny(inside, " \t\r\n")
	if end < 0 {
		end = len(inside)
	}
	x.name, x.attrs = localName(inside[:end]), inside[end:]
	if len(x.name) == 0 {
		return nothing, errNotXML
	}
	return tagOpens, nil
}

// readInside reads a tag up to the > that is not within quotes.
func (x *scanner) readInside() error {
	x.raw = x.raw[:0]
	var quote byte
	for {
		part, err := x.r.ReadSlice('>')
		for _, c := range part {
			switch {
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			case c == quote:
				quote = 0
			}
		}
		if x.raw = append(x.raw, part...); len(x.raw) > maxToken {
			return hugeText()
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil:
			return cutOff(err)
		case quote == 0:
			if x.raw = x.raw[:len(x.raw)-1]; len(x.raw) == 0 {
				return errNotXML
			}
			return nil
		}
	}
}

// pass goes behind an end mark; what stands before it may be long and is not kept.
func (x *scanner) pass(end string) error {
	var tail []byte
	for {
		part, err := x.r.ReadSlice(end[len(end)-1])
		tail = append(tail, part...)
		tail = tail[max(0, len(tail)-len(end)):]
		switch {
		case err == nil && string(tail) == end:
			return nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return cutOff(err)
		}
	}
}

// readVerbatim reads a text in which nothing is written otherwise.
func (x *scanner) readVerbatim() (token, error) {
	if _, err := x.r.Discard(len("![CDATA[")); err != nil {
		return nothing, err
	}
	x.letter = x.letter[:0]
	for {
		part, err := x.r.ReadSlice('>')
		if x.letter = append(x.letter, part...); len(x.letter) > maxToken {
			return nothing, hugeText()
		}
		switch {
		case err == nil && bytes.HasSuffix(x.letter, []byte("]]>")):
			x.letter = x.letter[:len(x.letter)-3]
			return letters, nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return nothing, cutOff(err)
		}
	}
}

// cutOff is an end where none may be.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return errNotXML
	}
	return err
}

func localName(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

var entities = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'"}

const longestEntity = 12

// plainLetters writes out what XML writes otherwise.
func plainLetters(to, from []byte) ([]byte, error) {
	if !utf8.Valid(from) {
		return to, errNotXML
	}
	for {
		i := bytes.IndexByte(from, '&')
		if i < 0 {
			return append(to, from...), nil
		}
		to, from = append(to, from[:i]...), from[i+1:]
		end := bytes.IndexByte(from[:min(len(from), longestEntity)], ';')
		if end < 1 {
			return to, errNotXML
		}
		letter, ok := entity(string(from[:end]))
		if !ok {
			return to, errNotXML
		}
		to, from = append(to, letter...), from[end+1:]
	}
}

func entity(name string) (string, bool) {
	if name[0] != '#' {
		s, ok := entities[name]
		return s, ok
	}
	base, number := 10, name[1:]
	if len(number) > 0 && number[0] == 'x' {
		base, number = 16, number[1:]
	}
	n, err := strconv.ParseUint(number, base, 21)
	return string(rune(n)), err == nil && n > 0 && utf8.ValidRune(rune(n))
}

// opens tells whether a tag of this name begins here, whatever its prefix.
func (x *scanner) opens(name string) bool { return x.what == tagOpens && string(x.name) == name }

func (x *scanner) closes(name string) bool { return x.what == tagCloses && string(x.name) == name }

// attr is the value of an attribute, whatever its prefix; empty when the tag has none of it.
func (x *scanner) attr(name string) string {
	if x.what != tagOpens {
		return ""
	}
	rest := x.attrs
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return ""
		}
		key := localName(bytes.TrimRight(rest[:eq], " \t\r\n"))
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return ""
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return ""
		}
		if string(key) == name {
			value, err := plainLetters(nil, rest[1:end+1])
			if err != nil {
				return ""
			}
			return string(value)
		}
		rest = rest[end+2:]
	}
}

// text is the letters of this token; they are good until the next one is read.
func (x *scanner) text() []byte {
	if x.what == letters {
		return x.letter
	}
	return nil
}

func hugeText() error {
	return Unreadable("One cell of this workbook holds more text than a spreadsheet can. " +
		"Save only the list, as CSV UTF-8, and upload that file.")
}
