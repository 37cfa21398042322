package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"seatledger/internal/clock"
)

// state is what a glance should tell.
type state struct {
	Now           time.Time `json:"now"`
	Customers     int       `json:"customers"`
	Subscriptions int       `json:"subscriptions"`
	Seats         int       `json:"seats"`
	Faults        int       `json:"faults"`
	Requests      int       `json:"requests"`
	Behaviour     Behaviour `json:"behaviour"`
}

func (s *Server) adminState(*http.Request) (any, error) { return s.state(), nil }

// state counts what both faces list; gone records are left out.
func (s *Server) state() state {
	st := state{Now: s.now(), Faults: len(s.Faults()), Requests: len(s.Journal()), Behaviour: s.behave()}
	there := map[string]bool{}
	for _, c := range s.Customers() {
		if !c.Gone {
			there[c.CustomerNo] = true
		}
	}
	st.Customers = len(there)
	for _, sub := range s.Subscriptions() {
		if !sub.Gone && there[sub.CustomerNo] {
			st.Subscriptions++
			st.Seats += sub.Quantity
		}
	}
	return st
}

type clockAnswer struct {
	Now time.Time `json:"now"`
}

func (s *Server) adminClock(*http.Request) (any, error) { return clockAnswer{s.now()}, nil }

// clockChange has one of the three.
type clockChange struct {
	Now     time.Time `json:"now"`
	Advance string    `json:"advance"` // such as 169h
	Reset   bool      `json:"reset"`
}

func (s *Server) adminSetClock(r *http.Request) (any, error) {
	var in clockChange
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	switch {
	case in.Reset:
		s.SetNow(s.base.Now())
	case !in.Now.IsZero():
		s.SetNow(in.Now)
	case in.Advance != "":
		d, err := time.ParseDuration(in.Advance)
		if err != nil {
			return nil, errors.New("advance must be a duration such as 169h")
		}
		s.Advance(d)
	default:
		return nil, errors.New("give now, advance or reset")
	}
	return clockAnswer{s.now()}, nil
}

func (s *Server) adminBehaviour(*http.Request) (any, error) { return s.behave(), nil }

// adminSetBehaviour changes what is given and keeps the rest.
func (s *Server) adminSetBehaviour(r *http.Request) (any, error) {
	b := s.behave()
	if err := decodeAdmin(r, &b); err != nil {
		return nil, err
	}
	return b, s.SetBehaviour(b)
}

func (s *Server) adminCredentials(*http.Request) (any, error) { return s.Credentials(), nil }

func (s *Server) adminSetCredentials(r *http.Request) (any, error) {
	var in []Credential
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	s.SetCredentials(in)
	return in, nil
}

func (s *Server) adminRevoke(*http.Request) (any, error) {
	s.RevokeTokens()
	return done{true}, nil
}

// adminJournal filters by method, path (contained), action, status, token, fault and since (a number).
func (s *Server) adminJournal(r *http.Request) (any, error) {
	q := r.URL.Query()
	found := []JournalEntry{}
	for _, e := range s.Journal() {
		if e.No > atoi(q.Get("since")) && strings.Contains(e.Path, q.Get("path")) &&
			matches(q.Get("method"), e.Method) && matches(q.Get("action"), e.Action) &&
			matches(q.Get("token"), e.Token) && matches(q.Get("fault"), e.Fault) &&
			(q.Get("status") == "" || atoi(q.Get("status")) == e.Status) {
			found = append(found, e)
		}
	}
	if limit := atoi(q.Get("limit")); limit > 0 && len(found) > limit {
		found = slices.Clone(found[len(found)-limit:])
	}
	return found, nil
}

func matches(asked, have string) bool { return asked == "" || strings.EqualFold(asked, have) }

func (s *Server) adminClearJournal(*http.Request) (any, error) {
	s.ClearJournal()
	return done{true}, nil
}

// reset starts over, with the sizes given or as they were.
type reset struct {
	Customers     *int        `json:"customers"`
	Subscriptions *int        `json:"subscriptions"`
	Seed          *uint64     `json:"seed"`
	Today         *clock.Date `json:"today"`
}

func (s *Server) adminReset(r *http.Request) (any, error) {
	var in reset
	if err := decodeAdmin(r, &in); err != nil {
		return nil, err
	}
	o := s.store.made()
	set(&o.Customers, in.Customers)
	set(&o.Subscriptions, in.Subscriptions)
	set(&o.Seed, in.Seed)
	set(&o.Today, in.Today)
	s.Reset(o)
	return s.state(), nil
}

// made is what the data set was made of.
func (s *store) made() DataOptions {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.options
}
