package sandbox

import (
	"slices"
	"time"

	"seatledger/internal/clock"
)

// Customers are all customers as they stand, gone ones too.
func (s *Server) Customers() []Customer {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	all := make([]Customer, len(s.store.customers))
	for i, c := range s.store.customers {
		all[i] = *c
	}
	return all
}

// Subscriptions are all subscriptions as they stand, gone ones too, customer by customer.
func (s *Server) Subscriptions() []Subscription {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	var all []Subscription
	for _, c := range s.store.customers {
		for _, sub := range s.store.ofCustomer[c.CustomerNo] {
			copied := *sub
			copied.windows = nil // they change under the lock
			all = append(all, copied)
		}
	}
	return all
}

// Advance moves the sandbox's clock; terms that ended meanwhile renew or expire,
// tokens run out.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	s.offset += d
	s.mu.Unlock()
	s.store.roll()
}

// SetNow puts the sandbox's clock to a moment.
func (s *Server) SetNow(t time.Time) {
	s.mu.Lock()
	s.offset = t.Sub(s.base.Now())
	s.mu.Unlock()
	s.store.roll()
}

// RevokeTokens makes every token that was granted useless.
func (s *Server) RevokeTokens() { s.tokens.revoke("") }

// Behaviour is what is settled about the unknown.
func (s *Server) Behaviour() Behaviour { return s.behave() }

// SetBehaviour settles it anew; a word that means nothing is refused.
func (s *Server) SetBehaviour(b Behaviour) error {
	if err := b.check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviour = b
	return nil
}

// Credentials are the applications and users that may come in.
func (s *Server) Credentials() []Credential {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.credentials)
}

// SetCredentials replaces them. Tokens granted before stay good until revoked.
func (s *Server) SetCredentials(all []Credential) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.credentials = slices.Clone(all)
}

// Reset starts over: the data anew, the clock back, no faults, tokens or journal.
// Credentials and behaviour stay.
func (s *Server) Reset(o DataOptions) {
	s.mu.Lock()
	s.offset = 0
	s.mu.Unlock()
	if o.Today.IsZero() {
		o.Today = clock.DateOf(s.now(), time.UTC)
	}
	s.store.load(NewData(o))
	s.tokens.revoke("")
	s.operations.clear()
	s.faultList.clear()
	s.journal.clear()
}
