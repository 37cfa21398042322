package calls

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

// Options of a line; what is left zero gets a sensible value.
type Options struct {
	Concurrency int // calls at once; 4
	PerSecond   int // calls begun in a second; 200
	PerMinute   int // calls begun in a minute; 0: no such limit
	Clock       clock.Clock
	// Wait sleeps, or ends early with the context's error. Tests put their own in.
	Wait func(context.Context, time.Duration) error
}

// Line is the one way to one provider, shared by all workers: it bounds how many
// calls run at once, and is silent for everybody while the distributor asked for
// that. It is safe for concurrent use.
type Line struct {
	seats  chan struct{}
	rate   *rate.Limiter
	clk    clock.Clock
	wait   func(context.Context, time.Duration) error
	budget *budget

	mu     sync.Mutex
	silent time.Time // no call begins before
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
	return &Line{
		seats: make(chan struct{}, o.Concurrency), rate: limiter(o),
		clk: o.Clock, wait: o.Wait, budget: newBudget(),
	}
}

// limiter spreads a minute's calls over the minute: what counts them may begin its minute anywhere.
func limiter(o Options) *rate.Limiter {
	if o.PerMinute > 0 && o.PerMinute < 60*o.PerSecond {
		return rate.NewLimiter(rate.Limit(o.PerMinute)/60, 1)
	}
	return rate.NewLimiter(rate.Limit(o.PerSecond), o.PerSecond)
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

// Once makes one call in its turn, without another try.
func (l *Line) Once(ctx context.Context, call func(context.Context) error) error {
	if err := l.enter(ctx); err != nil {
		return err
	}
	defer func() { <-l.seats }()
	err := call(ctx)
	l.heed(err)
	return err
}

// enter waits for a free place and for the end of a silence.
func (l *Line) enter(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case l.seats <- struct{}{}:
	}
	err := l.rate.Wait(ctx)
	if err == nil {
		err = l.outwait(ctx)
	}
	if err == nil {
		return nil
	}
	<-l.seats
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// outwait waits out a silence, unless it lasts longer than a call may take.
func (l *Line) outwait(ctx context.Context) error {
	for {
		left := l.silence()
		if left <= 0 {
			return nil
		}
		if left > longestWait || !l.fits(ctx, left) {
			return comeBackLater(left)
		}
		if err := l.wait(ctx, left); err != nil {
			return err
		}
	}
}

func (l *Line) fits(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || deadline.Sub(l.clk.Now()) > d
}

func (l *Line) silence() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.silent.Sub(l.clk.Now())
}

// heed notes a distributor's wish for silence, for all callers.
func (l *Line) heed(err error) {
	if distributor.KindOf(err) != distributor.RateLimited && distributor.KindOf(err) != distributor.Broken {
		return
	}
	if wish := distributor.AsError(err).RetryAfter; wish > 0 {
		l.keepSilent(wish)
	}
}

// keepSilent lets no call of anybody begin for a while.
func (l *Line) keepSilent(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := l.clk.Now().Add(d); until.After(l.silent) {
		l.silent = until
	}
}

func comeBackLater(left time.Duration) error {
	return &distributor.Error{Kind: distributor.RateLimited, Op: "wait", RetryAfter: left,
		Message: "The distributor asked for a pause of " + left.Round(time.Second).String() + ".",
		Advice:  "Nothing was asked meanwhile; try again after that."}
}
