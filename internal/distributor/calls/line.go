package calls

import (
	"cmp"
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

// Options of a line; what is left zero gets a sensible value.
type Options struct {
	Concurrency    int // calls at once; 4
	PerSecond      int // calls begun in a second; 200
	CallsPerMinute int // of all replicas together; 0: no limit
	Clock          clock.Clock
	Zone           *time.Location // in which sentences tell the time; UTC
	Shown          clock.Clock    // by which they tell it, where it is another than Clock
	// Store and Name are what replicas share a line by; without either the line stands alone.
	Store Store
	Name  string
	// Wait sleeps, or ends early with the context's error. Tests put their own in.
	Wait func(context.Context, time.Duration) error
}

// Line is the one way to one provider, shared by all workers, and in what it may
// not do by all replicas: it bounds how many calls run at once, is silent for
// everybody while the distributor asked for that, keeps to the limit per minute, and
// stops asking a server that only fails. It is safe for concurrent use.
type Line struct {
	seats chan struct{}
	rate  *rate.Limiter
	clk   clock.Clock
	shown clock.Clock
	zone  *time.Location
	wait  func(context.Context, time.Duration) error
	state *shared
	limit limit
	turn  chan struct{} // held by whoever books the next block of the limit

	mu       sync.Mutex
	untold   int // good answers that the store does not know of
	booked   int // calls left of the block
	bookedTo time.Time
	blamed   map[string]blame
}

// NewLine makes a line.
func NewLine(o Options) *Line {
	if o.Concurrency <= 0 {
		o.Concurrency = 4
	}
	if o.PerSecond <= 0 {
		o.PerSecond = 200
	}
	if o.Wait == nil {
		o.Wait = sleep
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return &Line{
		seats: make(chan struct{}, o.Concurrency), rate: rate.NewLimiter(rate.Limit(o.PerSecond), o.PerSecond),
		clk: o.Clock, shown: cmp.Or(o.Shown, o.Clock), zone: o.Zone,
		wait: o.Wait, state: newShared(o), limit: newLimit(o.CallsPerMinute),
		turn: make(chan struct{}, 1), blamed: map[string]blame{},
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Once makes one call in its turn, without another try, for somebody who waits: it
// may ask while the breaker is open.
func (l *Line) Once(ctx context.Context, call func(context.Context) error) error {
	_, err := l.once(ctx, distributor.Hurried, true, call)
	return l.told(err)
}

// once makes one call; probe tells that it was the one that tries whether the server is
// well again. A success that counts says that it is.
func (l *Line) once(ctx context.Context, how distributor.Patience, counts bool,
	call func(context.Context) error) (probe bool, err error) {
	probe, err = l.enter(ctx, how)
	if err != nil {
		return false, err
	}
	defer func() { <-l.seats }()
	err = call(ctx)
	l.note(ctx, met{err, probe, counts})
	return probe, err
}

// enter waits for a free place, for the call's turn, and for the end of a pause.
func (l *Line) enter(ctx context.Context, how distributor.Patience) (probe bool, err error) {
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case l.seats <- struct{}{}:
	}
	err = l.rate.Wait(ctx)
	if err == nil && l.limit.block > 0 {
		err = l.outwaitTurn(ctx, how)
	}
	if err == nil {
		probe, err = l.outwait(ctx, how)
	}
	if err == nil {
		return probe, nil
	}
	<-l.seats
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	return false, err
}

// outwait waits out a pause, unless it lasts longer than a call may take. While the
// breaker is open, one call goes through after each pause and the others wait for it.
func (l *Line) outwait(ctx context.Context, how distributor.Patience) (probe bool, err error) {
	for {
		state, now := l.state.look(ctx)
		open := state.Trips > 0
		if open && how == distributor.Hurried && !l.heldByOthers(state, now) {
			return true, nil
		}
		left := state.PausedUntil.Sub(now)
		switch {
		case left > 0 && (left > longestWait || !l.fits(ctx, left)):
			return false, l.paused(state, left)
		case left > 0:
		case !open, l.claim(ctx):
			return open, nil
		default:
			left = probeInterval
		}
		if err := l.wait(ctx, left); err != nil {
			return false, err
		}
	}
}

// heldByOthers tells whether anybody but the breaker wants a pause.
func (l *Line) heldByOthers(s State, now time.Time) bool {
	return s.PausedUntil.After(now) && s.AskedBy != distributor.ByBreaker
}

// claim makes this call the one that tries whether the server is well again.
func (l *Line) claim(ctx context.Context) bool {
	won := false
	l.state.change(ctx, func(s State, now time.Time) State {
		won = s.Trips > 0 && !s.PausedUntil.After(now) && !s.ProbeUntil.After(now)
		if won {
			s.ProbeUntil = now.Add(longestProbe)
		}
		return s
	})
	return won
}

func (l *Line) fits(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || deadline.Sub(l.clk.Now()) > d
}

// outwaitTurn waits for a call's turn under the limit per minute.
func (l *Line) outwaitTurn(ctx context.Context, how distributor.Patience) error {
	state, now := l.state.look(ctx)
	left := state.PausedUntil.Sub(now)
	if left > longestWait && (how == distributor.Patient || l.heldByOthers(state, now)) {
		return l.paused(state, left) // before a turn is taken that would be lost
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case l.turn <- struct{}{}:
	}
	defer func() { <-l.turn }()
	if l.fromBlock() {
		return nil
	}
	var at time.Time
	var got bool
	_, now = l.state.change(ctx, func(s State, now time.Time) State {
		s, at, got = s.book(l.limit, now, l.latest(ctx, now))
		return s
	})
	wait := at.Sub(now)
	if !got {
		return l.paused(State{AskedBy: distributor.ByLimit, Why: "The provider's calls per minute are used up"}, wait)
	}
	l.keepBlock(l.clk.Now().Add(wait))
	if wait <= 0 {
		return nil
	}
	if err := l.wait(ctx, wait); err != nil {
		l.keepBlock(time.Time{}) // nobody takes its calls before their time
		return err
	}
	return nil
}

// latest is how long a caller can wait, by the store's clock.
func (l *Line) latest(ctx context.Context, now time.Time) time.Time {
	deadline, ok := ctx.Deadline()
	if !ok {
		return now.Add(time.Hour)
	}
	return now.Add(deadline.Sub(l.clk.Now()))
}

func (l *Line) fromBlock() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.booked == 0 || !l.clk.Now().Before(l.bookedTo) {
		return false
	}
	l.booked--
	return true
}

func (l *Line) keepBlock(from time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.booked, l.bookedTo = l.limit.block-1, from.Add(l.limit.every)
}
