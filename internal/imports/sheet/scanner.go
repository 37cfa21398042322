package sheet

import (
	"encoding/xml"
	"errors"
	"io"

	"seatledger/internal/errs"
)

// maxToken bounds what one tag or one text of a part may hold; the reader of XML
// keeps a whole one in memory. A cell that Excel can hold is far smaller.
const maxToken = 2 * maxCell

var errHugeToken = errors.New("a tag or text of this part is too large")

// source counts what is unpacked, in all and since the last token.
type source struct {
	io.Reader
	all   *int64
	token int
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	*s.all += int64(n)
	switch s.token += n; {
	case *s.all > maxUnpacked:
		return n, tooMuchInside()
	case s.token > maxToken:
		return n, errHugeToken
	}
	return n, err
}

// scanner goes through one part, token by token.
type scanner struct {
	d     *xml.Decoder
	from  *source
	token xml.Token
}

// stop ends the reading of a part before its end.
var errStop = errors.New("enough was read")

// each hands over the tokens of a part, one after the other; a part that is not there has none.
func (b *book) each(part string, do func(*scanner) error) error {
	f := b.parts[part]
	if f == nil {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return brokenWorkbook()
	}
	defer r.Close()
	x := &scanner{from: &source{Reader: r, all: &b.unpacked}}
	x.d = xml.NewDecoder(x.from)
	for {
		x.from.token = 0
		x.token, err = x.d.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errHugeToken):
			return hugeText()
		case errs.KindOf(err) == errs.Invalid:
			return err
		case err != nil:
			return brokenWorkbook()
		}
		if err := do(x); err != nil {
			if errors.Is(err, errStop) {
				return nil
			}
			return err
		}
	}
}

func hugeText() error {
	return Unreadable("One cell of this workbook holds more text than a spreadsheet can. Save only the list, as CSV UTF-8, and upload that file.")
}

// opens tells whether a tag of this name begins here, whatever its prefix.
func (x *scanner) opens(name string) bool {
	t, ok := x.token.(xml.StartElement)
	return ok && t.Name.Local == name
}

func (x *scanner) closes(name string) bool {
	t, ok := x.token.(xml.EndElement)
	return ok && t.Name.Local == name
}

func (x *scanner) attr(name string) string {
	if t, ok := x.token.(xml.StartElement); ok {
		for _, a := range t.Attr {
			if a.Name.Local == name {
				return a.Value
			}
		}
	}
	return ""
}

// text is the letters of this token; they are good until the next one is read.
func (x *scanner) text() []byte {
	if t, ok := x.token.(xml.CharData); ok {
		return t
	}
	return nil
}
