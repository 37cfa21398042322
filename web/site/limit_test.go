package site

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

// What a request does has an end before its connection is closed without an answer, also what a POST does.
func TestGETsAndPOSTsHaveALimitForTheWholeRequest(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]time.Duration{http.MethodGet: pageLimit, http.MethodPost: postLimit} {
		e := echo.New()
		var left time.Duration
		route{method: method, path: "/x", open: true, handle: func(c echo.Context) error {
			if at, ok := c.Request().Context().Deadline(); ok {
				left = time.Until(at)
			}
			return c.NoContent(http.StatusNoContent)
		}}.add(e.Group(""), nil, gates{})
		e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), method, "/x", nil))
		if left <= want-time.Minute/2 || left > want || want >= writeLimit {
			t.Errorf("%s has %s, want %s", method, left, want)
		}
	}
}

// Whoever sends a header or a body and does not end it is cut off. The limits are made small here; that they stand in
// the server that is served is looked at too.
func TestWhoSendsWithoutEndingIsCutOff(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			w.WriteHeader(http.StatusNoContent)
		}
	})
	srv := bounded(h, slog.New(slog.DiscardHandler))
	for name, limit := range map[string]time.Duration{"header": srv.ReadHeaderTimeout, "request": srv.ReadTimeout,
		"answer": srv.WriteTimeout, "idle": srv.IdleTimeout} {
		if limit <= 0 || limit > 2*time.Minute {
			t.Errorf("the limit of the %s is %s", name, limit)
		}
	}
	if srv.MaxHeaderBytes != headerBytes || headerBytes > 64<<10 {
		t.Errorf("a header may have %d bytes", srv.MaxHeaderBytes)
	}
	srv.ReadHeaderTimeout, srv.ReadTimeout, srv.IdleTimeout = time.Millisecond, 2*time.Millisecond, time.Millisecond
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	for name, begun := range map[string]string{
		"header": "GET / HTTP/1.1\r\nHost: a\r\nX-A: b",
		"body":   "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc",
		"chunk":  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
		"none":   "",
	} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, begun)
		// Ends only when the server closes the connection.
		if answer, _ := io.ReadAll(conn); strings.HasPrefix(string(answer), "HTTP/1.1 204") {
			t.Errorf("%s: half of it was taken for a whole one", name)
		}
		_ = conn.Close()
	}
}
