package httpx

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
)

const (
	firstBytes   = 4 << 10          // gathered before the first are sent
	fileChunk    = 64 << 10         // later
	filePatience = 60 * time.Second // how long a reader may take for a chunk
)

// download sends a file in chunks, as it comes to be.
type download struct {
	c        echo.Context
	ctl      *http.ResponseController
	filename string
	kind     string
	buffer   bytes.Buffer
}

func newDownload(c echo.Context, filename, kind string) download {
	return download{c: c, ctl: http.NewResponseController(c.Response()), filename: filename, kind: kind}
}

// end gives an error before the first chunk has left back. After that the header has said 200,
// and only a broken connection tells that the file is not whole. net/http's own way to say so is
// this panic; it is not logged as a fault of the program.
func (s *download) end(err error) error {
	if err != nil && s.c.Response().Committed {
		logOf(s.c).ErrorContext(s.c.Request().Context(), "file broke off", "file", s.filename, "request_id",
			RequestID(s.c), "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

func (s *download) full() bool {
	if !s.c.Response().Committed {
		return s.buffer.Len() >= firstBytes
	}
	return s.buffer.Len() >= fileChunk
}

func (s *download) send() error {
	if err := s.begin(); err != nil {
		return err
	}
	// A long file may take longer than the server's write timeout, but each chunk may not.
	_ = s.ctl.SetWriteDeadline(clock.System{}.Now().Add(filePatience))
	if _, err := s.buffer.WriteTo(s.c.Response()); err != nil {
		return err
	}
	return s.ctl.Flush()
}

func (s *download) begin() error {
	if s.c.Response().Committed {
		return nil
	}
	h := s.c.Response().Header()
	h.Set(echo.HeaderContentType, s.kind)
	h.Set(echo.HeaderContentDisposition, fmt.Sprintf("attachment; filename=%q", s.filename))
	s.c.Response().WriteHeader(http.StatusOK)
	return nil
}
