// Package checkup runs a connectivity check layer by layer: the first three, which
// are the same for every API, and whatever steps a connector adds. It knows no
// API itself.
package checkup

import (
	"context"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

// How long a whole check may take: hurried, because a person waits for it; patient, a night.
const (
	HurriedLimit = 28 * time.Second
	PatientLimit = 9 * time.Minute
)

// Plan is a check as a connector wants it.
type Plan struct {
	Clock clock.Clock
	How   distributor.Patience
	Steps []Step
}

// Outcome is what a step came to, when it did not fail.
type Outcome struct {
	Message   string
	Advice    string
	RequestID string
	Warning   bool
	Skip      bool // the step had nothing to check
}

// Step is one layer. A failure is an error; the steps behind it are skipped.
type Step struct {
	Layer string
	Run   func(context.Context) (Outcome, error)
}

// Run takes the steps in their order within the limit, and always answers.
func Run(ctx context.Context, p Plan) distributor.Check {
	ctx, cancel := context.WithTimeout(ctx, p.limit())
	defer cancel()
	var check distributor.Check
	broken := false
	for _, s := range p.Steps {
		if broken {
			check.Layers = append(check.Layers, distributor.Layer{Name: s.Layer, Result: distributor.Skipped,
				Message: "Not tried, because an earlier step failed."})
			continue
		}
		layer := p.take(ctx, s)
		broken = layer.Result == distributor.Failed
		check.Layers = append(check.Layers, layer)
	}
	return check
}

func (p Plan) limit() time.Duration {
	if p.How == distributor.Patient {
		return PatientLimit
	}
	return HurriedLimit
}

func (p Plan) take(ctx context.Context, s Step) distributor.Layer {
	began := p.Clock.Now()
	out, err := s.Run(ctx)
	layer := distributor.Layer{Name: s.Layer, Result: distributor.Passed, Message: out.Message, Advice: out.Advice,
		RequestID: out.RequestID}
	switch {
	case err != nil:
		layer = p.failed(ctx, s.Layer, err)
	case out.Skip:
		layer.Result = distributor.Skipped
	case out.Warning:
		layer.Result = distributor.Warned
	}
	layer.Took = p.Clock.Now().Sub(began)
	return layer
}

func (p Plan) failed(ctx context.Context, name string, err error) distributor.Layer {
	if ctx.Err() != nil {
		return distributor.Layer{Name: name, Result: distributor.Failed, Kind: distributor.TimedOut,
			Message: "The check was broken off, because it took longer than " + p.limit().String() +
				" or was cancelled.",
			Advice: "Try again; if it lasts, ask the distributor whether the service is slow."}
	}
	e := distributor.AsError(err)
	layer := distributor.Layer{Name: name, Result: distributor.Failed, Message: e.Message, Advice: e.Advice,
		RequestID: e.RequestID, Kind: e.Kind, AskedBy: e.AskedBy}
	if !e.Until.IsZero() {
		layer.Until = &e.Until
	}
	return layer
}
