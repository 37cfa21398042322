package httpx

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/listing"
)

const (
	csvChunk    = 64 << 10         // bytes gathered before they are sent
	csvPatience = 60 * time.Second // how long a reader may take for a chunk
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
	s := &csvStream{c: c, filename: filename, columns: len(header), ctl: http.NewResponseController(c.Response())}
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

type csvStream struct {
	c        echo.Context
	ctl      *http.ResponseController
	filename string
	columns  int
	buffer   bytes.Buffer
	out      *csv.Writer
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
	if s.buffer.Len() < csvChunk {
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
	if s.buffer.Len() < csvChunk {
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
	if err != nil && s.c.Response().Committed {
		// The header has said 200: only a broken connection tells that the file is not whole.
		// net/http's own way to say so is this panic; it is not logged as a fault of the program.
		logOf(s.c).ErrorContext(s.c.Request().Context(), "csv broke off", "file", s.filename, "request_id",
			RequestID(s.c), "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

func (s *csvStream) send() error {
	s.out.Flush()
	if err := s.begin(); err != nil {
		return err
	}
	// A long file may take longer than the server's write timeout, but each chunk may not.
	_ = s.ctl.SetWriteDeadline(clock.System{}.Now().Add(csvPatience))
	if _, err := s.buffer.WriteTo(s.c.Response()); err != nil {
		return err
	}
	return s.ctl.Flush()
}

func (s *csvStream) begin() error {
	if s.c.Response().Committed {
		return nil
	}
	h := s.c.Response().Header()
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8; header=present")
	h.Set(echo.HeaderContentDisposition, fmt.Sprintf("attachment; filename=%q", s.filename))
	s.c.Response().WriteHeader(http.StatusOK)
	return nil
}
