package calls

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

func signIns(n *atomic.Int32, life time.Duration) func(context.Context) (Token, error) {
	return func(context.Context) (Token, error) {
		return Token{Value: fmt.Sprintf("token-%d", n.Add(1)), Life: life}, nil
	}
}

func TestManyWorkersShareOneSignIn(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	release := make(chan struct{})
	tokens := NewTokens(clock.NewFake(noon), nil, func(context.Context) (Token, error) {
		<-release
		return Token{Value: fmt.Sprintf("token-%d", n.Add(1)), Life: 2 * time.Hour}, nil
	})
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if value, err := tokens.Get(t.Context()); err != nil || value != "token-1" {
				t.Errorf("%s %v", value, err)
			}
		})
	}
	close(release)
	wg.Wait()
	for range 32 {
		wg.Go(func() {
			if value, err := tokens.Replace(t.Context(), "token-1"); err != nil || value != "token-2" {
				t.Errorf("%s %v", value, err)
			}
		})
	}
	wg.Wait()
	if n.Load() != 2 {
		t.Errorf("%d sign-ins", n.Load())
	}
}

func TestATokenIsRenewedBeforeItEndsAndNeverInALoop(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ life, kept time.Duration }{
		"two hours": {2 * time.Hour, 118 * time.Minute}, "a minute": {time.Minute, 30 * time.Second},
		"not told": {0, 8 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int32
			clk := clock.NewFake(noon)
			tokens := NewTokens(clk, nil, signIns(&n, test.life))
			for _, step := range []struct {
				at   time.Duration
				want string
			}{{0, "token-1"}, {test.kept - time.Second, "token-1"}, {test.kept, "token-2"}} {
				clk.Set(noon.Add(step.at))
				if value, err := tokens.Get(t.Context()); err != nil || value != step.want {
					t.Errorf("after %s: %s %v", step.at, value, err)
				}
			}
		})
	}
}

func TestARefusedSignInIsNotRepeatedUntilSomeTimePassed(t *testing.T) {
	t.Parallel()
	n := 0
	clk := clock.NewFake(noon)
	tokens := NewTokens(clk, nil, func(context.Context) (Token, error) {
		n++
		return Token{},
			failing(distributor.NeedsCredentials, 0)
	})
	for range 20 {
		if _, err := tokens.Get(t.Context()); distributor.KindOf(err) != distributor.NeedsCredentials {
			t.Errorf("%v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d sign-ins", n)
	}
	clk.Advance(remembered)
	_, _ = tokens.Get(t.Context())
	tokens.Forget() // a person checks: one try, at once
	_, _ = tokens.Get(t.Context())
	if n != 3 {
		t.Errorf("%d sign-ins", n)
	}
}

func TestTokensThatNeverWorkAreNotRenewedForEver(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	tokens := NewTokens(clock.NewFake(noon), nil, signIns(&n, time.Hour))
	value, err := tokens.Get(t.Context())
	for range 50 {
		if err != nil {
			break
		}
		value, err = tokens.Replace(t.Context(), value)
	}
	if distributor.KindOf(err) != distributor.NotPermitted || n.Load() > maxUnaccepted {
		t.Errorf("%d sign-ins, %v", n.Load(), err)
	}
}

func TestACallerThatGivesUpDoesNotEndTheSignInOfTheOthers(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	tokens := NewTokens(clock.NewFake(noon), nil, func(ctx context.Context) (Token, error) {
		close(begun)
		<-release
		return Token{Value: "t", Life: time.Hour}, ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() { _, err := tokens.Get(ctx); gone <- err }()
	<-begun
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	close(release)
	if value, err := tokens.Get(t.Context()); err != nil || value != "t" {
		t.Errorf("%s %v", value, err)
	}
}
