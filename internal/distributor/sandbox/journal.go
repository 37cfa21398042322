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

// begin notes a request when it arrives and gives its number.
func (j *journal) begin(e JournalEntry) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.no++
	e.No = j.no
	if len(j.entries) >= journalSize {
		j.entries = slices.Delete(j.entries, 0, journalSize/10)
	}
	j.entries = append(j.entries, e)
	return e.No
}

// update completes an entry; one that was cleared meanwhile is left out.
func (j *journal) update(no int, f func(*JournalEntry)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries) == 0 {
		return
	}
	if i := no - j.entries[0].No; i >= 0 && i < len(j.entries) {
		f(&j.entries[i])
	}
}

// clear forgets the entries; the numbers go on.
func (j *journal) clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = nil
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

// noteArrival opens the entry of a request.
func (s *Server) noteArrival(r *http.Request, x *exchange) {
	x.no = s.journal.begin(JournalEntry{
		At: s.now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Action: x.action, Token: fingerprint(bearer(r)), RequestID: x.requestID,
	})
}

// noteAnswer writes what is answered, before the client can have seen it: who
// reads the journal after an answer finds it there.
func (s *Server) noteAnswer(x *exchange, status, bytes int) {
	s.journal.update(x.no, func(e *JournalEntry) {
		e.Reseller, e.Fault, e.Status, e.Bytes = x.reseller, x.fault, status, bytes
	})
}

// noteEnd adds how long it took and what was sent in the end.
func (s *Server) noteEnd(x *exchange, bytes int, started time.Time) {
	s.journal.update(x.no, func(e *JournalEntry) {
		e.Bytes, e.Millis = bytes, s.base.Now().Sub(started).Milliseconds()
	})
}
