package calls

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

// Token is what a sign-in brought.
type Token struct {
	Value string
	Life  time.Duration // 0 when the answer did not say
}

const (
	renewEarly   = 2 * time.Minute
	assumedLife  = 10 * time.Minute // when the answer does not say; a 401 renews in any case
	refusedFor   = time.Minute      // a refused sign-in is not repeated before, so that no account gets locked
	maxFruitless = 3                // renewals in a row that did not help
	signInLimit  = 45 * time.Second
)

// Tokens keeps one token for all callers of one set of credentials. However many
// callers need a new one at once, one sign-in is made. It is safe for concurrent use.
type Tokens struct {
	signIn func(context.Context) (Token, error)
	clk    clock.Clock
	flight singleflight.Group

	mu        sync.Mutex
	value     string
	last      string // the token before, which a late answer may still repeat
	renewAt   time.Time
	fruitless int
	refusal   error
	refusedAt time.Time
}

// NewTokens makes a keeper around a sign-in.
func NewTokens(clk clock.Clock, signIn func(context.Context) (Token, error)) *Tokens {
	return &Tokens{clk: clk, signIn: signIn}
}

// Get gives the token, and signs in when there is none or it is about to end.
func (t *Tokens) Get(ctx context.Context) (string, error) {
	if value := t.fresh(); value != "" {
		return value, nil
	}
	return t.renew(ctx, "")
}

// Replace gives another token than one that was answered with 401. Whoever comes
// second gets what the first brought.
func (t *Tokens) Replace(ctx context.Context, rejected string) (string, error) {
	return t.renew(ctx, rejected)
}

// Worked notes that a token was accepted.
func (t *Tokens) Worked() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fruitless = 0
}

// Forget drops the token and the memory of a refusal, for a person who wants to see a sign-in now.
func (t *Tokens) Forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.value, t.refusal, t.fruitless = "", nil, 0
}

// held lists the tokens that a server could repeat in an answer.
func (t *Tokens) held() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return []string{t.value, t.last}
}

func (t *Tokens) fresh() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.clk.Now().Before(t.renewAt) {
		return t.value
	}
	return ""
}

// renew signs in once for all who wait. The sign-in outlives a caller that gives
// up, since others wait for it too.
func (t *Tokens) renew(ctx context.Context, rejected string) (string, error) {
	done := t.flight.DoChan("", func() (any, error) {
		if value := t.fresh(); value != "" && value != rejected {
			return value, nil
		}
		if err := t.hopeless(rejected); err != nil {
			return "", err
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signInLimit)
		defer cancel()
		return t.fetch(ctx)
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-done:
		if r.Err != nil {
			return "", r.Err
		}
		return r.Val.(string), nil
	}
}

func (t *Tokens) hopeless(rejected string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refusal != nil && t.clk.Now().Sub(t.refusedAt) < refusedFor {
		return t.refusal
	}
	if rejected == "" {
		return nil
	}
	if t.fruitless++; t.fruitless > maxFruitless {
		return &distributor.Error{Kind: distributor.NotPermitted, Op: "token", StatusCode: 401,
			Message: "The distributor hands out tokens but accepts none of them (401).",
			Advice: "Check that URL, token URL and application belong together: " +
				"sandbox and production have credentials of their own."}
	}
	return nil
}

func (t *Tokens) fetch(ctx context.Context) (string, error) {
	token, err := t.signIn(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		if distributor.KindOf(err) == distributor.NeedsCredentials {
			t.value, t.refusal, t.refusedAt = "", err, t.clk.Now()
		}
		if errors.Is(err, context.DeadlineExceeded) {
			err = &distributor.Error{Kind: distributor.TimedOut, Op: "token",
				Message: "The sign-in did not end in time.", Advice: "Try again later.", Cause: err}
		}
		return "", err
	}
	t.last, t.value, t.refusal, t.renewAt = t.value, token.Value, nil, t.clk.Now().Add(usable(token.Life))
	return token.Value, nil
}

// usable is how long a token is used before a new one is asked for. A short
// life is used to half, so that a token always serves for something.
func usable(life time.Duration) time.Duration {
	if life <= 0 {
		life = assumedLife
	}
	return max(life-renewEarly, life/2)
}
