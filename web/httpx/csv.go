package httpx

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"seatledger/internal/errs"
	"seatledger/internal/listing"
)

// Cell is one value of a CSV row.
type Cell struct{ text string }

// Text is a cell of words. A spreadsheet would run one that begins like a formula,
// so that one gets a ' in front (CONTRACT, CSV).
func Text(s string) Cell { return Cell{string(listing.Safe([]byte(s)))} }

// Plain is a cell that holds no words of strangers: a number, id, date, time,
// boolean or word of an enumeration. It is written as it is.
func Plain(s string) Cell { return Cell{s} }

// Row writes one row of a CSV.
type Row func(cells ...Cell) error

// CSV streams a file to the browser. rows calls write once per record, and stops
// when it returns an error. An error before the first chunk has left gives an
// ordinary error page; later the connection is broken, so that nobody takes half a
// file for a whole one.
func CSV(c echo.Context, filename string, header []string, rows func(write Row) error) error {
	if !strings.HasSuffix(c.Request().URL.Path, ".csv") {
		return errs.New(errs.NotFound, "This list is given as CSV only.")
	}
	if err := given(c, filename); err != nil {
		return err
	}
	s := &csvStream{download: newDownload(c, filename, csvType), columns: len(header)}
	s.out = csv.NewWriter(&s.buffer)
	s.out.UseCRLF = true
	if err := s.out.Write(header); err != nil {
		return err
	}
	if c.Request().Method == http.MethodHead {
		return s.begin()
	}
	return s.finish(rows(s.row))
}

const csvType = "text/csv; charset=utf-8; header=present"

type csvStream struct {
	download
	columns int
	out     *csv.Writer
}

func (s *csvStream) row(cells ...Cell) error {
	if len(cells) != s.columns {
		return fmt.Errorf("csv %s: a row of %d cells under %d columns", s.filename, len(cells), s.columns)
	}
	record := make([]string, len(cells))
	for i, cell := range cells {
		record[i] = cell.text
	}
	if err := s.out.Write(record); err != nil {
		return err
	}
	if !s.full() {
		return nil
	}
	return s.send()
}

// fields writes a record whose values are written out already.
func (s *csvStream) fields(fields [][]byte) error {
	for i, f := range fields {
		if i > 0 {
			s.buffer.WriteByte(',')
		}
		s.field(f)
	}
	s.buffer.WriteString("\r\n")
	if !s.full() {
		return nil
	}
	return s.send()
}

func (s *csvStream) field(f []byte) {
	if !bytes.ContainsAny(f, "\",\r\n") && !bytes.HasPrefix(f, []byte(" ")) {
		s.buffer.Write(f)
		return
	}
	s.buffer.WriteByte('"')
	for _, b := range f {
		switch b {
		case '"':
			s.buffer.WriteString(`""`)
		case '\n':
			s.buffer.WriteString("\r\n")
		case '\r': // line ends are written anew
		default:
			s.buffer.WriteByte(b)
		}
	}
	s.buffer.WriteByte('"')
}

func (s *csvStream) finish(err error) error {
	if err == nil {
		err = s.send()
	}
	return s.end(err)
}

func (s *csvStream) send() error {
	s.out.Flush()
	return s.download.send()
}
