package sandbox

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
)

// Fault is a switch that spoils answers of the two faces. It hits the requests
// that all its conditions match.
type Fault struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`

	Method string `json:"method,omitempty"`
	// * stands within a segment, ** at the end for any rest; empty: every path
	Path   string            `json:"path,omitempty"`
	Action string            `json:"action_name,omitempty"` // of legacy calls
	Query  map[string]string `json:"query,omitempty"`       // such as {"pageNo":"2"}
	After  int               `json:"after,omitempty"`       // lets so many matching requests through first
	Times  int               `json:"times,omitempty"`       // hits so often; 0: until removed
	// hits the matching requests of these numbers; 1 is the next
	Calls       []int   `json:"calls,omitempty"`
	Probability float64 `json:"probability,omitempty"` // 0 or 1: always
	Seed        uint64  `json:"seed,omitempty"`        // of the probability

	Status int `json:"status,omitempty"` // for kind status
	// sent as it is; date:30s and date:-1h are written as a date
	RetryAfter string          `json:"retry_after,omitempty"`
	Shape      string          `json:"shape,omitempty"` // of an error: nested or flat
	Message    string          `json:"message,omitempty"`
	Millis     int             `json:"ms,omitempty"`    // for slow, hang and drip
	Bytes      int             `json:"bytes,omitempty"` // for cut-off and oversized answers
	Count      int             `json:"count,omitempty"` // for page_shift and total_mismatch
	Field      string          `json:"field,omitempty"` // for set_field, drop_field, rename_field
	Value      json.RawMessage `json:"value,omitempty"` // for set_field
	To         string          `json:"to,omitempty"`    // for rename_field, ids_as and redirect
	Row        int             `json:"row,omitempty"`   // 1 is the first record; 0: every record
	Variant    string          `json:"variant,omitempty"`
	// customerNo or subscriptionId, for omit, also_lists and answers_for
	Record     string `json:"record,omitempty"`
	Do         []Step `json:"do,omitempty"`         // for change
	Afterwards bool   `json:"afterwards,omitempty"` // for change: after the answer, not before

	Hits int `json:"hits"`

	arrived int // matching requests, also those that another fault took
	seen    int
	rng     *rand.Rand
	kept    map[string]keptAnswer // for stale
}

// keptAnswer is an answer that is replayed later.
type keptAnswer struct {
	header http.Header
	status int
	body   []byte
}

// faultList holds the faults in the order they were set; the first that matches hits.
type faultList struct {
	mu  sync.Mutex
	all []*Fault
	no  int
}

func (l *faultList) add(f Fault) (Fault, error) {
	if _, ok := faultKinds()[f.Kind]; !ok {
		return Fault{}, fmt.Errorf("fault kind %q is not known; see docs/sandbox.md", f.Kind)
	}
	if _, err := path.Match(strings.ReplaceAll(f.Path, "**", "*"), ""); err != nil {
		return Fault{}, fmt.Errorf("path %q: %w", f.Path, err)
	}
	if err := f.checkSettings(); err != nil {
		return Fault{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.no++
	f.ID, f.Hits = fmt.Sprintf("f%d", l.no), 0
	f.rng, f.kept = rand.New(rand.NewPCG(f.Seed, 3)), map[string]keptAnswer{}
	l.all = append(l.all, &f)
	return f, nil
}

// checkSettings refuses words and steps that mean nothing to the kind.
func (f Fault) checkSettings() error {
	if known := variantsOf(f.Kind); f.Variant != "" && !slices.Contains(known, f.Variant) {
		return fmt.Errorf("variant %q is not known, want one of %v", f.Variant, known)
	}
	if (f.Kind == "omit" || f.Kind == "also_lists" || f.Kind == "answers_for") && f.Record == "" {
		return fmt.Errorf("%s wants record, a customerNo or subscriptionId", f.Kind)
	}
	if f.Kind == "change" && len(f.Do) == 0 {
		return fmt.Errorf("change wants do, a list of steps")
	}
	for _, s := range f.Do {
		if err := s.check(); err != nil {
			return err
		}
	}
	return nil
}

func variantsOf(kind string) []string {
	switch kind {
	case "empty_list":
		return []string{"no_total"}
	case "omit":
		return []string{"no_total", "minus_total", "word_total"}
	case "poison":
		return poisonVariants()
	}
	return nil
}

func (l *faultList) list() []Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]Fault, len(l.all))
	for i, f := range l.all {
		all[i] = *f
	}
	return all
}

func (l *faultList) remove(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = slices.DeleteFunc(l.all, func(f *Fault) bool { return f.ID == id })
}

func (l *faultList) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = nil
}

// take finds the fault that hits a request, and counts the hit.
func (l *faultList) take(r *http.Request) *Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	var hits *Fault
	for _, f := range l.all {
		if !f.matches(r) {
			continue
		}
		f.arrived++
		if hits == nil && f.hit() {
			hits = f
		}
	}
	return hits
}

// hit counts a matching request, and tells whether the fault spoils it.
func (f *Fault) hit() bool {
	if f.Times > 0 && f.Hits >= f.Times || len(f.Calls) > 0 && !slices.Contains(f.Calls, f.arrived) {
		return false
	}
	f.seen++
	if f.seen <= f.After || f.misses() {
		return false
	}
	f.Hits++
	return true
}

// misses throws the fault's own die, so that a seed repeats the run.
func (f *Fault) misses() bool {
	return f.Probability > 0 && f.Probability < 1 && f.rng.Float64() >= f.Probability
}

func (f *Fault) matches(r *http.Request) bool {
	if f.Method != "" && !strings.EqualFold(f.Method, r.Method) || f.Action != "" && f.Action != exchangeOf(r).action {
		return false
	}
	q := r.URL.Query()
	for name, want := range f.Query {
		if q.Get(name) != want {
			return false
		}
	}
	return f.Path == "" || pathMatches(f.Path, r.URL.Path)
}

// pathMatches lets ** at the end take any rest.
func pathMatches(pattern, p string) bool {
	if head, ok := strings.CutSuffix(pattern, "**"); ok {
		n := strings.Count(head, "/")
		parts := strings.SplitAfter(p, "/")
		if len(parts) < n {
			return false
		}
		rest := strings.Join(parts[n:], "")
		ok, _ := path.Match(head+"*", strings.Join(parts[:n], "")+strings.ReplaceAll(rest, "/", ""))
		return ok
	}
	ok, _ := path.Match(pattern, p)
	return ok
}

// AddFault sets a fault and gives it with its id.
func (s *Server) AddFault(f Fault) (Fault, error) { return s.faultList.add(f) }

// RemoveFault takes one fault away, ClearFaults all.
func (s *Server) RemoveFault(id string) { s.faultList.remove(id) }

// ClearFaults takes all faults away.
func (s *Server) ClearFaults() { s.faultList.clear() }

// Faults are the faults that are set, with their hits.
func (s *Server) Faults() []Fault { return s.faultList.list() }

func (s *Server) adminFaults(*http.Request) (any, error) { return s.Faults(), nil }

func (s *Server) adminAddFault(r *http.Request) (any, error) {
	var f Fault
	if err := decodeAdmin(r, &f); err != nil {
		return nil, err
	}
	return s.AddFault(f)
}

func (s *Server) adminClearFaults(*http.Request) (any, error) {
	s.ClearFaults()
	return done{true}, nil
}

func (s *Server) adminRemoveFault(r *http.Request) (any, error) {
	s.RemoveFault(r.PathValue("id"))
	return done{true}, nil
}
