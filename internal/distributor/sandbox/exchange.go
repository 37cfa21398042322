package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

const maxBody = 1 << 20

// exchange is what is known of one request to the two faces while it is answered.
type exchange struct {
	requestID string
	body      []byte
	action    string // action_name of a legacy call
	reseller  string
	fault     string // kind of the fault that was applied
	no        int    // in the journal
}

type exchangeKey struct{}

// exchangeOf gives the exchange of a request; every request of the faces has one.
func exchangeOf(r *http.Request) *exchange {
	x, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return &exchange{}
	}
	return x
}

// exchanges opens the exchange, reads the body once, waits the latency and
// writes the journal.
func (s *Server) exchanges(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{requestID: newGUID()}
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
		started := s.base.Now()
		err := x.read(w, r)
		s.noteArrival(r, x)
		seen := &observed{ResponseWriter: w, onHeader: func(status, length int) { s.noteAnswer(x, status, length) }}
		defer func() { s.noteEnd(x, seen.bytes, started) }()
		if err != nil {
			s.fail(seen, r, err)
			return
		}
		if !wait(r.Context(), time.Duration(s.behave().LatencyMillis)*time.Millisecond) {
			return
		}
		next.ServeHTTP(seen, r)
	})
}

// read takes the body in, so that the journal, the faults and the handler can all see it.
func (x *exchange) read(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return &apiError{http.StatusRequestEntityTooLarge, "PAYLOAD_TOO_LARGE", "The request body is too large."}
	}
	if err != nil {
		return badRequest("The request body could not be read.")
	}
	x.body = body
	r.Body = io.NopCloser(bytes.NewReader(body))
	var named struct {
		Action string `json:"action_name"`
	}
	if json.Unmarshal(body, &named) == nil { // other bodies simply have no action
		x.action = named.Action
	}
	return nil
}

// wait sleeps; false when the client went away or the server stops.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// observed notes what is answered.
type observed struct {
	http.ResponseWriter
	onHeader func(status, length int) // before anything is sent; length as promised, or 0
	begun    bool
	bytes    int
}

func (o *observed) WriteHeader(status int) {
	if !o.begun {
		o.begun = true
		o.onHeader(status, atoi(o.Header().Get("Content-Length")))
	}
	o.ResponseWriter.WriteHeader(status)
}

func (o *observed) Write(b []byte) (int, error) {
	if !o.begun {
		o.WriteHeader(http.StatusOK)
	}
	n, err := o.ResponseWriter.Write(b)
	o.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (o *observed) Unwrap() http.ResponseWriter { return o.ResponseWriter }
