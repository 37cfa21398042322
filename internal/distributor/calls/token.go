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
	renewEarly    = 2 * time.Minute
	assumedLife   = 10 * time.Minute // when the answer does not say; a 401 renews in any case
	remembered    = time.Minute      // so long a refusal is not asked for again, so that no account gets locked
	retryRenewal  = 10 * time.Second // a renewal before its time that failed on the way is tried again after
	maxUnaccepted = 3                // fresh tokens in a row that no call accepted
	signInLimit   = 45 * time.Second
)

// Tokens keeps one token for all callers of one set of credentials. However many
// callers need a new one at once, one sign-in is made. A token that was answered with
// 401 is never used again. It is safe for concurrent use.
type Tokens struct {
	signIn func(context.Context) (Token, error)
	clk    clock.Clock
	zone   *time.Location
	flight singleflight.Group

	mu         sync.Mutex
	value      string
	last       string // the token before, which a late answer may still repeat
	worked     bool   // a call accepted value
	renewAt    time.Time
	endsAt     time.Time
	unaccepted int // fresh tokens in a row that were answered with 401
	refusal    refusal
}

// refusal is an answer that asking again at once would not change.
type refusal struct {
	err error
	at  time.Time
}

// NewTokens makes a keeper around a sign-in. Its sentences tell the time in zone.
func NewTokens(clk clock.Clock, zone *time.Location, signIn func(context.Context) (Token, error)) *Tokens {
	if zone == nil {
		zone = time.UTC
	}
	return &Tokens{clk: clk, zone: zone, signIn: signIn}
}

// Get gives the token, and signs in when there is none or it is about to end.
func (t *Tokens) Get(ctx context.Context) (string, error) {
	if value := t.fresh(); value != "" {
		return value, nil
	}
	return t.renew(ctx)
}

// Replace gives another token than one that was answered with 401. Whoever comes
// second gets what the first brought.
func (t *Tokens) Replace(ctx context.Context, rejected string) (string, error) {
	t.Rejected(rejected)
	return t.Get(ctx)
}

// Rejected drops a token that was answered with 401. One that no call ever accepted
// counts towards the finding that the tokens handed out are good for nothing.
func (t *Tokens) Rejected(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if token == "" || token != t.value {
		return
	}
	t.last, t.value = t.value, ""
	if t.worked {
		t.unaccepted = 0
		return
	}
	if t.unaccepted++; t.unaccepted >= maxUnaccepted {
		t.refusal = refusal{acceptsNone(), t.clk.Now()}
	}
}

func acceptsNone() error {
	return &distributor.Error{Kind: distributor.NotPermitted, Op: "token", StatusCode: 401,
		Message: "The distributor hands out tokens but accepts none of them (401).",
		Advice: "Check that URL, token URL and application belong together: " +
			"sandbox and production have credentials of their own."}
}

// Worked notes that a token was accepted.
func (t *Tokens) Worked(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unaccepted = 0
	if token == t.value {
		t.worked = true
	}
}

// Forget drops the token and the memory of a refusal, for a person who wants to see a sign-in now.
func (t *Tokens) Forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop()
	t.refusal, t.unaccepted = refusal{}, 0
}

func (t *Tokens) drop() {
	if t.value != "" {
		t.last, t.value = t.value, ""
	}
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
func (t *Tokens) renew(ctx context.Context) (string, error) {
	done := t.flight.DoChan("", func() (any, error) {
		if value := t.fresh(); value != "" {
			return value, nil
		}
		if err := t.refused(); err != nil {
			return "", err
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signInLimit)
		defer cancel()
		token, err := t.signIn(ctx)
		return t.keep(token, err)
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

// refused gives the refusal that is still remembered, and says since when and how long.
func (t *Tokens) refused() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refusal.err == nil || t.clk.Now().Sub(t.refusal.at) >= remembered {
		return nil
	}
	e := *distributor.AsError(t.refusal.err)
	e.Message = stop(e.Message) + " That was at " + t.hour(t.refusal.at) + "; the sign-in is not asked again before " +
		t.hour(t.refusal.at.Add(remembered)) + "."
	return &e
}

func (t *Tokens) hour(at time.Time) string { return at.In(t.zone).Format(time.TimeOnly) }

// keep takes what a sign-in brought. Only a refusal is remembered; what failed on the
// way says nothing of the credentials, and a token that still lives serves on.
func (t *Tokens) keep(token Token, err error) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clk.Now()
	switch {
	case err == nil:
		t.drop()
		t.value, t.worked, t.refusal = token.Value, false, refusal{}
		t.renewAt, t.endsAt = now.Add(usable(token.Life)), now.Add(token.Life)
		return token.Value, nil
	case distributor.KindOf(err) == distributor.NeedsCredentials:
		t.drop()
		t.refusal = refusal{err, now}
		return "", err
	case t.value != "" && now.Before(t.endsAt):
		t.renewAt = now.Add(min(retryRenewal, t.endsAt.Sub(now)))
		return t.value, nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = &distributor.Error{Kind: distributor.TimedOut, Op: "token",
			Message: "The sign-in did not end in time.", Advice: "Try again later.", Cause: err}
	}
	return "", err
}

// usable is how long a token is used before a new one is asked for. A short
// life is used to half, so that a token always serves for something.
func usable(life time.Duration) time.Duration {
	if life <= 0 {
		life = assumedLife
	}
	return max(life-renewEarly, life/2)
}
