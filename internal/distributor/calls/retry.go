package calls

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"

	"seatledger/internal/distributor"
)

const (
	longestWait  = 60 * time.Second // within a call; a longer wish is handed to the caller
	maxTries     = 3
	maxRateTries = 6 // a wish for silence is no failure, so it may come more often
)

// Read makes a call that only reads, and tries again where that may help: after
// a wish for silence, a broken or busy server, a time-out, or a connection that
// broke off, or while others read large answers. The number of tries and the sum of all tries of a line are bounded.
func (l *Line) Read(ctx context.Context, call func(context.Context) error) error {
	return l.read(ctx, true, call)
}

func (l *Line) read(ctx context.Context, counts bool, call func(context.Context) error) error {
	pauses := newPauses()
	for try := 1; ; try++ {
		probe, err := l.once(ctx, distributor.Patient, counts, call)
		if err == nil {
			return nil
		}
		// Who tried in vain whether the server is well again has an answer of its own; the others wait.
		if ctx.Err() != nil || probe || !l.again(ctx, err, try) {
			return l.told(err)
		}
		pause := pauseFor(err, pauses)
		if distributor.KindOf(err) == distributor.RateLimited {
			l.keepSilent(ctx, pause, whyPaused(distributor.AsError(err)))
		}
		if err := l.wait(ctx, pause); err != nil {
			return err
		}
	}
}

func (l *Line) again(ctx context.Context, err error, try int) bool {
	switch e := distributor.AsError(err); distributor.KindOf(err) {
	case distributor.RateLimited:
		return e.RetryAfter <= longestWait && try < maxRateTries
	case distributor.NoRoom: // it waited for its turn already, and the distributor is not to blame
		return try < maxRateTries
	case distributor.Broken, distributor.TimedOut, distributor.Dropped:
		return e.RetryAfter <= longestWait && try < maxTries && l.spend(ctx)
	}
	return false
}

// spend takes a retry out of the budget that all replicas share.
func (l *Line) spend(ctx context.Context) bool {
	ok := false
	l.state.change(ctx, func(s State, now time.Time) State {
		s, ok = s.spend(now)
		return s
	})
	return ok
}

// pauseFor gives only the jitter where the line itself keeps the silence.
func pauseFor(err error, b *backoff.ExponentialBackOff) time.Duration {
	d := b.NextBackOff()
	if distributor.AsError(err).RetryAfter > 0 {
		return min(d, b.InitialInterval)
	}
	return d
}

func newPauses() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = 400 * time.Millisecond
	b.MaxInterval = 10 * time.Second
	b.Multiplier = 2.5
	b.RandomizationFactor = 0.5
	return b
}
