package checkup

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

func step(name string, out Outcome, err error) Step {
	return Step{Layer: name, Run: func(context.Context) (Outcome, error) { return out, err }}
}

func TestStepsBehindAFailureAreSkippedAndAWarningStopsNothing(t *testing.T) {
	t.Parallel()
	failure := &distributor.Error{Kind: distributor.NeedsCredentials, Message: "Refused.", Advice: "Check.",
		RequestID: "r1"}
	got := Run(t.Context(), Plan{Clock: clock.NewFake(time.Unix(0, 0)), Steps: []Step{
		step("a", Outcome{Message: "fine"}, nil),
		step("b", Outcome{Message: "odd", Advice: "look", Warning: true}, nil),
		step("c", Outcome{Message: "nothing to do", Skip: true}, nil), step("d", Outcome{Message: "lost"}, failure),
		step("e", Outcome{}, nil),
	}})
	want := distributor.Check{Layers: []distributor.Layer{
		{Name: "a", Result: distributor.Passed, Message: "fine"},
		{Name: "b", Result: distributor.Warned, Message: "odd", Advice: "look"},
		{Name: "c", Result: distributor.Skipped, Message: "nothing to do"},
		{Name: "d", Result: distributor.Failed, Message: "Refused.", Advice: "Check.", RequestID: "r1",
			Kind: distributor.NeedsCredentials},
		{Name: "e", Result: distributor.Skipped, Message: "Not tried, because an earlier step failed."},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestACheckHasADeadlineAPersonCanWaitFor(t *testing.T) {
	t.Parallel()
	before := clock.System{}.Now()
	Run(t.Context(), Plan{Clock: clock.System{}, Steps: []Step{{Layer: "a",
		Run: func(ctx context.Context) (Outcome, error) {
			deadline, ok := ctx.Deadline()
			left, of := deadline.Sub(clock.System{}.Now()), deadline.Sub(before)
			if !ok || left > 30*time.Second || of < 20*time.Second {
				t.Errorf("deadline in %s, %s after the start", left, of)
			}
			return Outcome{}, nil
		}}}})
}

func TestACheckThatIsBrokenOffSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	got := Run(ctx, Plan{Clock: clock.System{}, Steps: []Step{{Layer: "a",
		Run: func(ctx context.Context) (Outcome, error) {
			cancel()
			return Outcome{}, ctx.Err()
		}}}})
	if l := got.Layers[0]; l.Result != distributor.Failed || l.Advice == "" {
		t.Errorf("%+v", l)
	}
}

func TestNoCustomersIsAWarningThatNamesTheResellerNumber(t *testing.T) {
	t.Parallel()
	if out := Reseller("100200", 0, "r1"); !out.Warning || out.RequestID != "r1" ||
		out.Message != "The connection works, but no customer is visible under reseller number 100200." {
		t.Errorf("%+v", out)
	}
	if out := Reseller("100200", 3, ""); out.Warning {
		t.Errorf("%+v", out)
	}
}
