package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// Step is one change of the data set that a fault of kind change makes at the
// request it hits: so a list changes while it is read, and its total need not.
type Step struct {
	// leave, join and swap are about customers; gone, back, move and seats about
	// subscriptions; revoke takes every token back
	Op     string `json:"op"`
	ID     string `json:"id,omitempty"`
	To     string `json:"to,omitempty"` // for swap and move
	Seats  int    `json:"seats,omitempty"`
	Status string `json:"status,omitempty"`
}

func (s Step) check() error {
	known := []string{"leave", "join", "swap", "gone", "back", "move", "seats", "status", "revoke"}
	switch {
	case !slices.Contains(known, s.Op):
		return fmt.Errorf("step %q is not known, want one of %v", s.Op, known)
	case s.ID == "" && s.Op != "revoke":
		return fmt.Errorf("step %s wants id", s.Op)
	case s.To == "" && (s.Op == "swap" || s.Op == "move"):
		return fmt.Errorf("step %s wants to", s.Op)
	}
	return nil
}

// change makes its steps, then lets the request be answered; or the other way round.
func (x spoiled) change() {
	if !x.Afterwards {
		x.steps()
		x.next.ServeHTTP(x.w, x.r)
		return
	}
	a := x.answer()
	x.steps()
	x.send(a)
}

// steps makes the changes; one about a record that is not there says so in the journal.
func (x spoiled) steps() {
	for _, s := range x.Do {
		if err := x.server.step(s); err != nil {
			exchangeOf(x.r).fault += ": " + err.Error()
		}
	}
}

func (s *Server) step(c Step) error {
	switch c.Op {
	case "leave", "join":
		return s.SetCustomerGone(c.ID, c.Op == "leave")
	case "swap":
		return s.store.swap(c.ID, c.To)
	case "gone", "back":
		return s.SetSubscriptionGone(c.ID, c.Op == "gone")
	case "move":
		return s.MoveSubscription(c.ID, c.To)
	case "seats":
		return s.SetSeats(c.ID, c.Seats)
	case "status":
		return s.ChangeSubscription(c.ID, SubscriptionChange{Status: &c.Status})
	}
	s.RevokeTokens()
	return nil
}

// SwapCustomers lets two customers change places in the list.
func (s *Server) SwapCustomers(a, b string) error { return s.store.swap(a, b) }

func (s *store) swap(a, b string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := func(no string) int {
		return slices.IndexFunc(s.customers, func(c *Customer) bool { return c.CustomerNo == no })
	}
	i, j := at(a), at(b)
	if i < 0 || j < 0 {
		return errNotThere("customer " + a + " or " + b)
	}
	s.customers[i], s.customers[j] = s.customers[j], s.customers[i]
	return nil
}

// any finds a subscription whoever has it, gone or not.
func (s *store) any(id string) (Subscription, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if sub := s.subs[id]; sub != nil {
		return *sub, true
	}
	return Subscription{}, false
}

// customerOfPath is the customer whose list an address is.
func customerOfPath(path, otherwise string) string {
	_, rest, ok := strings.Cut(path, "/customers/")
	if !ok {
		return otherwise
	}
	no, _, _ := strings.Cut(rest, "/")
	return no
}
