package httpx

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/labstack/echo/v4"
)

// Progress is one message of an event stream, as ui.LiveProgress reads it.
type Progress struct {
	Done   int               `json:"done"`
	Total  int               `json:"total"`
	Text   string            `json:"text"`
	Values map[string]string `json:"values,omitempty"`
	Final  bool              `json:"final"`
	// Stay, of a final one, leaves the page as it is: somebody may be deciding on it.
	Stay bool `json:"stay,omitempty"`
}

// Stream is an open answer of server-sent events.
type Stream struct {
	c   echo.Context
	ctl *http.ResponseController
}

// Events begins a stream. It has no write deadline, so the handler must end with
// the request's context, which the server also cancels when it shuts down.
func Events(c echo.Context) (*Stream, error) {
	ctl := http.NewResponseController(c.Response())
	if err := ctl.SetWriteDeadline(time.Time{}); err != nil {
		return nil, fmt.Errorf("event stream: %w", err)
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/event-stream")
	h.Set(echo.HeaderCacheControl, "no-store")
	h.Set("X-Accel-Buffering", "no")
	c.Response().WriteHeader(http.StatusOK)
	return &Stream{c: c, ctl: ctl}, ctl.Flush()
}

// Send writes one message. An error means that nobody listens any more.
func (s *Stream) Send(p Progress) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return s.write("data: " + string(b) + "\n\n")
}

// Ping writes a comment, so that proxies keep the connection and a gone reader is noticed.
func (s *Stream) Ping() error { return s.write(": still here\n\n") }

func (s *Stream) write(text string) error {
	if _, err := s.c.Response().Write([]byte(text)); err != nil {
		return err
	}
	return s.ctl.Flush()
}

const (
	lookEvery = time.Second
	pingEvery = 15 // looks without news
)

// Follow streams what read tells once a second until that is final, the reader leaves, or mayStay no longer holds: the
// session would not be let in again.
func Follow(c echo.Context, mayStay func() bool, read func() (Progress, error)) error {
	p, err := read()
	if err != nil {
		return err
	}
	stream, err := Events(c)
	if err != nil {
		return err
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	var last *Progress
	for silent := 0; ; silent++ {
		switch {
		case last == nil || !reflect.DeepEqual(p, *last):
			now := p
			err, last, silent = stream.Send(p), &now, 0
		case silent >= pingEvery:
			err, silent = stream.Ping(), 0
		}
		if err != nil || p.Final {
			return nil // nobody listens any more, or there is nothing more to tell
		}
		select {
		case <-c.Request().Context().Done():
			return nil
		case <-look.C:
		}
		if !mayStay() {
			return nil
		}
		if p, err = read(); err != nil {
			return err
		}
	}
}
