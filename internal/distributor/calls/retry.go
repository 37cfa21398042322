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
// broke off. The number of tries and the sum of all tries of a line are bounded.
func (l *Line) Read(ctx context.Context, call func(context.Context) error) error {
	pauses := newPauses()
	for try := 1; ; try++ {
		err := l.Once(ctx, call)
		if err == nil {
			l.budget.earn()
			return nil
		}
		if ctx.Err() != nil || !l.again(err, try) {
			return err
		}
		pause := pauseFor(err, pauses)
		if distributor.KindOf(err) == distributor.RateLimited {
			l.keepSilent(pause)
		}
		if err := l.wait(ctx, pause); err != nil {
			return err
		}
	}
}

func (l *Line) again(err error, try int) bool {
	switch e := distributor.AsError(err); distributor.KindOf(err) {
	case distributor.RateLimited:
		return e.RetryAfter <= longestWait && try < maxRateTries
	case distributor.Broken, distributor.TimedOut, distributor.Dropped:
		return e.RetryAfter <= longestWait && try < maxTries && l.budget.spend()
	}
	return false
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
