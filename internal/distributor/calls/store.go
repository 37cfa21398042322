package calls

import (
	"context"
	"sync"
	"time"

	"seatledger/internal/clock"
)

// Store keeps what all replicas must know of a line: how it stands. Its clock is the
// one that counts, so that replicas whose own clocks differ still agree.
type Store interface {
	// Look gives how a line stands, and the present moment. A line nobody has told of stands well.
	Look(ctx context.Context, line string) (State, time.Time, error)
	// Change replaces how a line stands by what f makes of it; nobody else changes it meanwhile. f may run more
	// than once. What comes back is what is stored now.
	Change(ctx context.Context, line string, f func(State, time.Time) State) (State, time.Time, error)
}

// alone is the store of a line that no other process uses.
type alone struct {
	clk   clock.Clock
	mu    sync.Mutex
	state State
}

func (a *alone) Look(context.Context, string) (State, time.Time, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state, a.clk.Now(), nil
}

func (a *alone) Change(_ context.Context, _ string, f func(State, time.Time) State) (State, time.Time, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.clk.Now()
	version := a.state.Version + 1
	a.state = f(a.state, now)
	a.state.Version = version
	return a.state, now, nil
}

// A line looks at the store at most so often while calls go well, and asks it for no
// longer than a call can spare: what this process knows by itself holds meanwhile.
const (
	lookEvery  = 250 * time.Millisecond
	storeLimit = 2 * time.Second
)

// shared is the store as one line sees it, with what was seen last.
type shared struct {
	store Store
	line  string
	every time.Duration
	clk   clock.Clock

	mu    sync.Mutex
	state State
	own   State         // a pause that the store could not be told of
	ahead time.Duration // of the store's clock before ours
	seen  time.Time     // by our clock
}

func newShared(o Options) *shared {
	s := &shared{store: o.Store, line: o.Name, every: lookEvery, clk: o.Clock}
	if o.Store == nil || o.Name == "" {
		s.store, s.every = &alone{clk: o.Clock}, 0
	}
	return s
}

// look gives how the line stands, and the moment by the store's clock.
func (s *shared) look(ctx context.Context) (State, time.Time) {
	s.mu.Lock()
	now := s.clk.Now()
	fresh := !s.seen.IsZero() && now.Sub(s.seen) < s.every && s.state.Trips == 0 &&
		!s.state.PausedUntil.After(now.Add(s.ahead)) // a pause may have ended before its time
	s.mu.Unlock()
	if !fresh {
		ctx, cancel := context.WithTimeout(ctx, storeLimit)
		defer cancel()
		if state, now, err := s.store.Look(ctx, s.line); err == nil {
			s.keep(state, now)
		}
	}
	return s.known()
}

func (s *shared) known() (State, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.pause(s.own.PausedUntil, s.own.AskedBy, s.own.Why), s.clk.Now().Add(s.ahead)
}

func (s *shared) keep(state State, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state.Version < s.state.Version {
		return // read before what is known was written
	}
	s.state, s.seen = state, s.clk.Now()
	s.ahead = now.Sub(s.seen)
}

// change makes a change for all replicas; where the store cannot be reached, for this
// one. It is done even when the caller has given up: what the distributor said stays said.
func (s *shared) change(ctx context.Context, f func(State, time.Time) State) (State, time.Time) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeLimit)
	defer cancel()
	state, now, err := s.store.Change(ctx, s.line, f)
	if err != nil {
		return s.changeHere(f)
	}
	s.keep(state, now)
	return state, now
}

func (s *shared) changeHere(f func(State, time.Time) State) (State, time.Time) {
	state, now := s.known()
	state = f(state, now)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state, s.own = state, state
	return state, now
}
