// Package standin is a small Dataverse organisation in memory, for tests: a token
// endpoint, accounts and contacts over the Web API with paging and change tracking as
// OData writes them, faults to order, and a journal of every request. It shares no code
// with the client, or it would share its mistakes.
package standin

import (
	"net/http"
	"strings"
	"sync"
)

// What the application signs in with.
const (
	Tenant   = "3f1c6e7a-5b2d-4d86-9c40-1f6a2b7c8d90"
	ClientID = "8a4e1f02-7c3b-4f55-a6d1-0b9e8c7d6f5e"
	Secret   = "dv-Secret~8Q4.kLmZ"
)

// Organisation is the stand-in. It is safe for concurrent use.
type Organisation struct {
	mu       sync.Mutex
	host     string // as the client calls it
	sets     map[string]*set
	version  int // of the last change
	oldest   int // delta tokens from before are expired
	tokens   map[string]bool
	secret   string
	issued   int
	faults   []Fault
	journal  []Request
	tracking bool
	forbid   map[string]bool
}

// Request is one line of the journal.
type Request struct {
	Method string
	Path   string
	Query  string
	Prefer string
	Status int
}

// set is one kind of record.
type set struct {
	key  string // accountid
	rows map[string]*row
}

type row struct {
	fields  map[string]any
	version int
	deleted bool
}

// New makes an empty organisation whose changes are tracked.
func New() *Organisation {
	return &Organisation{
		sets: map[string]*set{"accounts": {"accountid", map[string]*row{}},
			"contacts": {"contactid", map[string]*row{}}},
		version: 1, tokens: map[string]bool{}, secret: Secret, tracking: true, forbid: map[string]bool{},
	}
}

// PutAccount makes or changes an account; a field that is not given stays as it is.
func (o *Organisation) PutAccount(id string, fields map[string]any) { o.put("accounts", id, fields) }

// PutContact makes or changes a contact of an account.
func (o *Organisation) PutContact(id, account, mail string) {
	o.put("contacts", id, map[string]any{"emailaddress1": mail, "_parentcustomerid_value": account})
}

func (o *Organisation) put(name, id string, fields map[string]any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.sets[name]
	r := s.rows[id]
	if r == nil || r.deleted {
		r = &row{fields: map[string]any{s.key: id, "statecode": 0}}
		s.rows[id] = r
	}
	for k, v := range fields {
		r.fields[k] = v
	}
	o.version++
	r.version = o.version
}

// DeleteAccount removes an account; a reading of changes tells it.
func (o *Organisation) DeleteAccount(id string) { o.remove("accounts", id) }

// DeleteContact removes a contact.
func (o *Organisation) DeleteContact(id string) { o.remove("contacts", id) }

func (o *Organisation) remove(name, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.sets[name].rows[id]; r != nil {
		o.version++
		r.deleted, r.version = true, o.version
	}
}

// Lose makes records disappear without a trace, as a role that was narrowed does.
func (o *Organisation) Lose(name string, ids ...string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, id := range ids {
		delete(o.sets[name].rows, id)
	}
}

// ExpireDeltas lets no delta link from before this moment pass any more.
func (o *Organisation) ExpireDeltas() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.version++
	o.oldest = o.version
}

// ExpireTokens makes every token handed out so far invalid.
func (o *Organisation) ExpireTokens() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tokens = map[string]bool{}
}

// SetSecret changes the secret that the application signs in with.
func (o *Organisation) SetSecret(secret string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.secret = secret
}

// TrackChanges turns change tracking on or off.
func (o *Organisation) TrackChanges(on bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tracking = on
}

// Forbid takes the right to read a kind of record.
func (o *Organisation) Forbid(name string, forbidden bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forbid[name] = forbidden
}

// Journal tells every request that came.
func (o *Organisation) Journal() []Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]Request(nil), o.journal...)
}

// Issued is how many tokens were handed out.
func (o *Organisation) Issued() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.issued
}

// ServeHTTP answers as login.microsoftonline.com and as the organisation.
func (o *Organisation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	defer func() {
		o.journal = append(o.journal, Request{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("Prefer"),
			seen.status})
	}()
	if o.fail(seen, r) {
		return
	}
	o.host = "http://" + r.Host
	if r.TLS != nil {
		o.host = "https://" + r.Host
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/oauth2/v2.0/token"):
		o.token(seen, r)
	case strings.HasPrefix(r.URL.Path, "/api/data/v9.2/"):
		o.api(seen, r)
	default:
		http.NotFound(seen, r)
	}
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
