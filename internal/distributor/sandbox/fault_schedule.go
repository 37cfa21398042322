package sandbox

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
)

// Schedule draws faults for a stretch of requests: at call n, fault x. The same
// schedule makes the same faults.
type Schedule struct {
	Seed   uint64  `json:"seed"`
	Calls  int     `json:"calls"`  // of the stretch, from the next request on; 100
	Count  int     `json:"count"`  // faults in it; 5
	Faults []Fault `json:"faults"` // what is drawn from; empty: passing failures
}

// passing are failures that a client gets over by asking again.
func passing() []Fault {
	return []Fault{
		{Kind: "status", Status: 503}, {Kind: "status", Status: 500}, {Kind: "status", Status: 429, RetryAfter: "1"},
		{Kind: "status", Status: 502, Shape: "html"}, {Kind: "reset"}, {Kind: "reset_midway"}, {Kind: "cut"},
		{Kind: "short"}, {Kind: "html"}, {Kind: "empty"}, {Kind: "token_expired"}, {Kind: "slow", Millis: 50},
	}
}

// AddSchedule sets the faults of a schedule and gives them with their calls.
func (s *Server) AddSchedule(p Schedule) ([]Fault, error) {
	p.Calls, p.Count = orNumber(p.Calls, 100), orNumber(p.Count, 5)
	if p.Calls < 0 || p.Count < 0 || p.Count > p.Calls || p.Calls > journalSize {
		return nil, errors.New("a schedule wants calls up to 50000, and no more faults than calls")
	}
	if len(p.Faults) == 0 {
		p.Faults = passing()
	}
	rng := rand.New(rand.NewPCG(p.Seed, 4))
	calls := rng.Perm(p.Calls)[:p.Count]
	slices.Sort(calls)
	var set []Fault
	for _, n := range calls {
		f := p.Faults[rng.IntN(len(p.Faults))]
		f.Calls = []int{n + 1}
		added, err := s.AddFault(f)
		if err != nil {
			return nil, err
		}
		set = append(set, added)
	}
	return set, nil
}

func (s *Server) adminSchedule(r *http.Request) (any, error) {
	var p Schedule
	if err := decodeAdmin(r, &p); err != nil {
		return nil, err
	}
	return s.AddSchedule(p)
}
