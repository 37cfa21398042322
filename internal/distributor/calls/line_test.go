package calls

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// line is one whose waits move a fake clock and are written down.
func line(t *testing.T, concurrency int) (*Line, *clock.Fake, *waits) {
	t.Helper()
	clk, w := clock.NewFake(noon), &waits{}
	l := NewLine(Options{Concurrency: concurrency, PerSecond: 100000, Clock: clk,
		Wait: func(ctx context.Context, d time.Duration) error {
			w.add(d)
			clk.Advance(d)
			return ctx.Err()
		}})
	return l, clk, w
}

type waits struct {
	mu   sync.Mutex
	list []time.Duration
}

func (w *waits) add(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, d)
}

func (w *waits) all() []time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]time.Duration(nil), w.list...)
}

func silence(l *Line, t *testing.T) time.Duration {
	state, now := l.state.look(t.Context())
	return state.PausedUntil.Sub(now)
}

func failing(kind distributor.ErrorKind, after time.Duration) error {
	return &distributor.Error{Kind: kind, Op: "x", RetryAfter: after}
}

func TestNoCallBeginsBeforeTheSilenceAskedForIsOver(t *testing.T) {
	t.Parallel()
	l, clk, _ := line(t, 1)
	var began []time.Time
	err := l.Read(t.Context(), func(context.Context) error {
		if began = append(began, clk.Now()); len(began) == 1 {
			return failing(distributor.RateLimited, 30*time.Second)
		}
		return nil
	})
	if err != nil || len(began) != 2 {
		t.Fatalf("%v %v", err, began)
	}
	if gap := began[1].Sub(began[0]); gap < 30*time.Second || gap > 32*time.Second {
		t.Errorf("the second call came after %s", gap)
	}
}

func TestASilenceHoldsForAllCallers(t *testing.T) {
	t.Parallel()
	l, clk, _ := line(t, 4)
	_ = l.Once(t.Context(), func(context.Context) error { return failing(distributor.RateLimited, 20*time.Second) })
	if err := l.Once(t.Context(), func(context.Context) error {
		if clk.Now().Before(noon.Add(20 * time.Second)) {
			t.Error("another caller broke the silence")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestALimitWithoutATimeSilencesEverybodyForTheBackoff(t *testing.T) {
	t.Parallel()
	l, clk, _ := line(t, 4)
	limited, pausing, release := true, make(chan time.Duration), make(chan struct{})
	l.wait = func(_ context.Context, d time.Duration) error {
		pausing <- d
		<-release
		clk.Advance(d)
		return nil
	}
	done := make(chan error)
	go func() {
		done <- l.Read(t.Context(), func(context.Context) error {
			if limited {
				limited = false
				return failing(distributor.RateLimited, 0)
			}
			return nil
		})
	}()
	pause := <-pausing
	if left := silence(l, t); left != pause || pause <= 0 {
		t.Errorf("silent for %s, paused for %s", left, pause)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestALongSilenceIsHandedToTheCallerWithoutAnyCall(t *testing.T) {
	t.Parallel()
	l, _, w := line(t, 4)
	made := 0
	call := func(context.Context) error { made++; return failing(distributor.RateLimited, 10*time.Minute) }
	for range 3 {
		err := l.Read(t.Context(), call)
		if until, by, ok := distributor.PauseOf(err); !ok || by != distributor.ByDistributor ||
			!until.Equal(noon.Add(10*time.Minute)) {
			t.Errorf("%v", err)
		}
	}
	if made != 1 || len(w.all()) != 0 {
		t.Errorf("%d calls, waits %v", made, w.all())
	}
}

func TestASilenceBeyondTheDeadlineIsToldAtOnce(t *testing.T) {
	t.Parallel()
	l, clk, w := line(t, 1)
	clk.Set(clock.System{}.Now())
	_ = l.Once(t.Context(), func(context.Context) error { return failing(distributor.RateLimited, 50*time.Second) })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := l.Once(ctx, func(context.Context) error { t.Error("called"); return nil })
	if distributor.KindOf(err) != distributor.Paused || len(w.all()) != 0 {
		t.Errorf("%v, waited %v", err, w.all())
	}
}

func TestOnlyWhatMayPassIsTriedAgainAndAtMostThreeTimes(t *testing.T) {
	t.Parallel()
	for kind, want := range map[distributor.ErrorKind]int{
		distributor.Broken: 3, distributor.TimedOut: 3, distributor.Dropped: 3, distributor.RateLimited: 6,
		distributor.NotFound: 1, distributor.NotPermitted: 1, distributor.BadAnswer: 1, distributor.NeedsCredentials: 1,
		distributor.NameUnknown: 1,
		distributor.Unreachable: 1, distributor.AddressRefused: 1, distributor.TLSFailed: 1, distributor.Refused: 1,
		distributor.TooLarge: 1, distributor.Redirected: 1,
	} {
		l, _, w := line(t, 1)
		made := 0
		if err := l.Read(t.Context(), func(context.Context) error {
			made++
			return failing(kind,
				0)
		}); distributor.KindOf(err) != kind {
			t.Errorf("%s: %v", kind, err)
		}
		if made != want {
			t.Errorf("%s: %d calls, want %d", kind, made, want)
		}
		for _, d := range w.all() {
			if d <= 0 || d > 15*time.Second {
				t.Errorf("%s: waited %s", kind, d)
			}
		}
	}
}

func TestTheRetriesOfALineAreBounded(t *testing.T) {
	t.Parallel()
	l, _, _ := line(t, 1)
	made := 0
	for range 200 {
		_ = l.Read(t.Context(), func(context.Context) error { made++; return failing(distributor.Broken, 0) })
	}
	if made > 200+fullBudget {
		t.Errorf("%d calls for 200 reads", made)
	}
}

func TestNoMoreCallsRunAtOnceThanAllowed(t *testing.T) {
	t.Parallel()
	l, _, _ := line(t, 3)
	var now, most atomic.Int32
	var wg sync.WaitGroup
	for range 60 {
		wg.Go(func() {
			_ = l.Once(t.Context(), func(context.Context) error {
				n := now.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				now.Add(-1)
				return nil
			})
		})
	}
	wg.Wait()
	if most.Load() > 3 {
		t.Errorf("%d at once", most.Load())
	}
}

func TestACancelledCallerWaitsForNothing(t *testing.T) {
	t.Parallel()
	l, _, _ := line(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Read(ctx, func(context.Context) error { t.Error("called"); return nil }); !errors.Is(err,
		context.Canceled) {
		t.Errorf("%v", err)
	}
}
