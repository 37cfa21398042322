package sandbox

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// journalSize is how many requests are remembered; older ones are dropped.
const journalSize = 50_000

// JournalEntry is one request to one of the two faces. It holds no secret: a
// token appears as a fingerprint only.
type JournalEntry struct {
	No        int       `json:"no"`
	At        time.Time `json:"at"` // the sandbox's clock
	Millis    int64     `json:"ms"`
	Method    string    `json:"method"`
	Path      string    `json:"path"`
	Query     string    `json:"query,omitempty"`
	Action    string    `json:"action_name,omitempty"`
	Token     string    `json:"token,omitempty"`
	Reseller  string    `json:"reseller,omitempty"`
	Status    int       `json:"status"` // 0: no answer was given
	Bytes     int       `json:"bytes"`
	Fault     string    `json:"fault,omitempty"`
	RequestID string    `json:"request_id"`
}

type journal struct {
	mu      sync.Mutex
	entries []JournalEntry
	no      int
}

func (j *journal) add(e JournalEntry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.no++
	e.No = j.no
	if len(j.entries) >= journalSize {
		j.entries = slices.Delete(j.entries, 0, journalSize/10)
	}
	j.entries = append(j.entries, e)
}

func (j *journal) clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries, j.no = nil, 0
}

func (j *journal) all() []JournalEntry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries)
}

// Journal is every request since the start or the last clearing, oldest first.
func (s *Server) Journal() []JournalEntry { return s.journal.all() }

// ClearJournal forgets all requests.
func (s *Server) ClearJournal() { s.journal.clear() }

func (s *Server) record(r *http.Request, seen *observed, started time.Time) {
	x := exchangeOf(r)
	s.journal.add(JournalEntry{
		At: s.now(), Millis: s.base.Now().Sub(started).Milliseconds(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Action: x.action, Token: fingerprint(bearer(r)), Reseller: x.reseller, Status: seen.status, Bytes: seen.bytes,
		Fault: x.fault, RequestID: x.requestID,
	})
}
