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
	Run(t.Context(), Plan{Clock: clock.System{}, Steps: []Step{{Layer: "a",
		Run: func(ctx context.Context) (Outcome, error) {
			deadline, ok := ctx.Deadline()
			if left := deadline.Sub(clock.System{}.Now()); !ok || left > 30*time.Second || left < 20*time.Second {
				t.Errorf("deadline in %s", left)
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

func TestOnlyAPatientCheckTriesAStepAgainAndOnlyAfterAFailureThatMayPass(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		how   distributor.Patience
		kind  distributor.ErrorKind
		again bool
		fails int
		tries int
		want  distributor.LayerResult
	}{
		"patient, dropped once":  {distributor.Patient, distributor.Dropped, true, 1, 2, distributor.Passed},
		"patient, dropped twice": {distributor.Patient, distributor.Unreachable, true, 2, 3, distributor.Passed},
		"patient, down":          {distributor.Patient, distributor.TimedOut, true, 9, 3, distributor.Failed},
		"patient, refused TLS":   {distributor.Patient, distributor.TLSFailed, true, 9, 1, distributor.Failed},
		"patient, repeats itself": {distributor.Patient, distributor.Dropped, false, 1, 1,
			distributor.Failed},
		"a person waits": {distributor.Hurried, distributor.Dropped, true, 1, 1, distributor.Failed},
	} {
		tries := 0
		got := Run(t.Context(), Plan{Clock: clock.NewFake(time.Unix(0, 0)), How: x.how,
			Wait: func(context.Context, time.Duration) error { return nil },
			Steps: []Step{{Layer: "a", Again: x.again, Run: func(context.Context) (Outcome, error) {
				if tries++; tries <= x.fails {
					return Outcome{}, &distributor.Error{Kind: x.kind}
				}
				return Outcome{}, nil
			}}}})
		if tries != x.tries || got.Layers[0].Result != x.want {
			t.Errorf("%s: %d tries, %s", name, tries, got.Layers[0].Result)
		}
	}
}
