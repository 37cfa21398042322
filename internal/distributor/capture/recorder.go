// Package capture makes a small reading of a distributor fit to be shown to others: what
// went over the wire keeps its form and loses its content. Of the content it keeps only
// words that the lists in words.go name, numbers of seats and counts; the rest is replaced
// by keyed values that stay equal to themselves, and the key is thrown away. It knows no
// record and no database, and reads nothing by itself: a Recorder is told of each call.
package capture

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/outbound"
)

// raw is one call as it was made, before anything of it is replaced. It never leaves memory.
type raw struct {
	op      string
	method  string
	path    string // below the API's address
	query   url.Values
	request []byte
	status  int
	header  http.Header
	answer  []byte
	failed  distributor.ErrorKind // instead of an answer
}

// Recorder collects the calls of one reading. It is safe for concurrent use.
type Recorder struct {
	base *url.URL

	mu    sync.Mutex
	calls []raw
	bytes int
}

// limit bounds what one reading may hold.
const limit = 32 << 20

// NewRecorder makes a recorder for an API at an address, which is kept nowhere.
func NewRecorder(api string) *Recorder {
	base, err := url.Parse(strings.TrimRight(strings.TrimSpace(api), "/"))
	if err != nil {
		base = &url.URL{}
	}
	return &Recorder{base: base}
}

// See notes one call. A call without an access token is a sign-in: nothing of it is noted,
// neither what was sent nor what came back.
func (r *Recorder) See(q outbound.Request, a outbound.Answer, err error) {
	if q.Op == "token" || q.Header.Get("Authorization") == "" {
		return
	}
	u, bad := url.Parse(q.URL)
	if bad != nil {
		return
	}
	c := raw{op: q.Op, method: q.Method, path: r.below(u), query: u.Query(), request: q.Body, status: a.Status,
		header: a.Header, answer: a.Body}
	if err != nil {
		c.status, c.failed = 0, distributor.AsError(err).Kind
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bytes += len(a.Body); r.bytes <= limit {
		r.calls = append(r.calls, c)
	}
}

func (r *Recorder) below(u *url.URL) string {
	return strings.TrimPrefix(u.EscapedPath(), strings.TrimRight(r.base.EscapedPath(), "/"))
}

// kept of an answer's header, and only where it has one of these forms.
var (
	plainType = regexp.MustCompile(`^(application/json|text/html|text/plain|application/problem\+json)` +
		`(; ?charset=(?i:utf-8))?$`)
	plainPause = regexp.MustCompile(`^\d{1,6}$`)
)

func headerWord(h http.Header, name string, form *regexp.Regexp) string {
	if v := h.Get(name); form.MatchString(v) {
		return v
	}
	return ""
}
