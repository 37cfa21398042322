package calls

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	_ "seatledger/internal/testkit/samehistories"
)

func TestAServerThatOnlyFailsIsAskedFewTimesAndFoundWellByOneCall(t *testing.T) {
	t.Parallel()
	l, clk, _ := line(t, 1)
	made, down := 0, true
	call := func(context.Context) error {
		if made++; down {
			return failing(distributor.Broken, 0)
		}
		return nil
	}
	paused := 0
	for range 40 {
		if _, by, ok := distributor.PauseOf(l.Read(t.Context(), call)); ok && by == distributor.ByBreaker {
			paused++
		}
	}
	if made > 20 || paused < 30 {
		t.Fatalf("%d calls for 40 accounts, %d paused", made, paused)
	}
	until, _, _ := distributor.PauseOf(l.Read(t.Context(), call))
	clk.Set(until)
	before := made
	if err := l.Read(t.Context(), call); distributor.KindOf(err) != distributor.Broken || made != before+1 {
		t.Errorf("who tries whether it is well has an answer of its own: %v after %d calls", err, made-before)
	}
	down = false
	until, _, _ = distributor.PauseOf(l.Read(t.Context(), call))
	clk.Set(until)
	for range 5 {
		if err := l.Read(t.Context(), call); err != nil {
			t.Fatal(err)
		}
	}
	if made != before+6 {
		t.Errorf("%d calls", made-before)
	}
}

func TestAPersonsCheckMayTryAServerThatFailed(t *testing.T) {
	t.Parallel()
	l, _, _ := line(t, 1)
	for range 20 {
		_ = l.Read(t.Context(), func(context.Context) error { return failing(distributor.Broken, 0) })
	}
	asked := false
	if err := l.Once(t.Context(), func(context.Context) error { asked = true; return nil }); err != nil || !asked {
		t.Fatalf("%v, asked %t", err, asked)
	}
	if err := l.Read(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Errorf("the server was found well: %v", err)
	}
}

func TestFewFailuresAmongGoodAnswersOpenNothing(t *testing.T) {
	t.Parallel()
	l, _, _ := line(t, 1)
	for i := range 300 {
		tries := 0
		err := l.Read(t.Context(), func(context.Context) error {
			if tries++; i%3 == 0 && tries < 2 || i == 77 {
				return failing(distributor.Broken, 0)
			}
			return nil
		})
		if (err != nil) != (i == 77) || distributor.KindOf(err) == distributor.Paused {
			t.Fatalf("%d: %v", i, err)
		}
	}
}

func TestFailuresFarApartAreNoOutage(t *testing.T) {
	t.Parallel()
	l, clk, _ := line(t, 1)
	for i := range 20 { // a night that is tried again and again, where one list always fails
		err := l.Read(t.Context(), func(context.Context) error { return failing(distributor.Broken, 0) })
		if distributor.KindOf(err) != distributor.Broken {
			t.Fatalf("%d: %v", i, err)
		}
		clk.Advance(5 * time.Minute)
	}
}

func TestAQuestionThatIsAlwaysAnsweredByALongPauseFailsAtLast(t *testing.T) {
	t.Parallel()
	l, clk, _ := line(t, 1)
	for i := range 4 {
		err := l.Read(t.Context(), func(context.Context) error {
			return failing(distributor.RateLimited, 90*time.Second)
		})
		want := distributor.Paused
		if i >= maxPauses {
			want = distributor.RateLimited
		}
		if distributor.KindOf(err) != want {
			t.Errorf("%d: %v", i, err)
		}
		clk.Advance(90 * time.Second)
	}
}

func TestAPauseIsToldWithItsEndAndADayIsTheMost(t *testing.T) {
	t.Parallel()
	l, _, _ := line(t, 1)
	err := l.Read(t.Context(), func(context.Context) error {
		return &distributor.Error{Kind: distributor.RateLimited, Op: "list", StatusCode: 429,
			RetryAfter: 24 * time.Hour, AskedFor: 72 * time.Hour, Message: "Slow down. It says: quota."}
	})
	const want = "The distributor asked for a pause of 3 days (429), and is asked again after a day. " +
		"Nothing is asked before 2026-11-24 12:00:00. It says: quota."
	if e := distributor.AsError(err); e.Kind != distributor.Paused || e.Message != want {
		t.Errorf("%+v", e)
	}
}

// lost is a store that cannot be reached.
type lost struct{}

func (lost) Look(context.Context, string) (State, time.Time, error) {
	return State{}, time.Time{}, errors.New("away")
}

func (lost) Change(context.Context, string, func(State, time.Time) State) (State, time.Time, error) {
	return State{}, time.Time{}, errors.New("away")
}

func TestWithoutItsStoreALineKeepsToWhatItWasToldItself(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(noon)
	l := NewLine(Options{Clock: clk, Store: lost{}, Name: "x"})
	_ = l.Read(t.Context(), func(context.Context) error { return failing(distributor.RateLimited, time.Hour) })
	err := l.Read(t.Context(), func(context.Context) error { t.Error("asked"); return nil })
	if until, _, ok := distributor.PauseOf(err); !ok || !until.Equal(noon.Add(time.Hour)) {
		t.Error(err)
	}
}

// TestNoSixtySecondsSeeMoreCallsThanTheLimit books blocks as replicas do,
// and makes the further calls of a block at any moment of it.
func TestNoSixtySecondsSeeMoreCallsThanTheLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 900).Draw(t, "limit")
		l, state, now := newLimit(most), State{}, noon
		var calls []time.Time
		for range rapid.IntRange(1, 200).Draw(t, "blocks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "idle")) * time.Millisecond)
			var at time.Time
			state, at, _ = state.book(l, now, now.Add(1000*time.Hour))
			calls = append(calls, at) // whoever books calls at once, the others when they come
			for range l.block - 1 {
				calls = append(calls, at.Add(time.Duration(rapid.Int64Range(0, int64(l.every)-1).Draw(t, "late"))))
			}
		}
		slices.SortFunc(calls, time.Time.Compare)
		for i := range calls {
			if j := i + most; j < len(calls) && calls[j].Sub(calls[i]) < 60*time.Second {
				t.Fatalf("%d calls within %s of a limit of %d", most+1, calls[j].Sub(calls[i]), most)
			}
		}
	})
}

func TestCallsWaitForTheirTurnUnderALimitPerMinute(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(noon)
	l := NewLine(Options{Concurrency: 1, CallsPerMinute: 10, Clock: clk,
		Wait: func(ctx context.Context, d time.Duration) error {
			clk.Advance(d)
			return ctx.Err()
		}})
	var at []time.Duration
	for range 21 {
		_ = l.Read(t.Context(), func(context.Context) error { at = append(at, clk.Now().Sub(noon)); return nil })
	}
	if at[0] != 0 || at[10] < time.Minute || at[20] < 2*time.Minute || at[20] > 130*time.Second {
		t.Error(fmt.Sprint(at))
	}
}
