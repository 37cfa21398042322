package syncing

import (
	"context"
	"time"

	"seatledger/internal/distributor"
)

// verify is what the night does first: a refused connection ends the run before it asks a thousand times; a warning
// does not. What may be over in a moment is asked again, so that no moment costs a night.
func (w *worker) verify(ctx context.Context) error {
	for try := 0; ; try++ {
		check, err := w.s.Verify(ctx, w.provider.ID)
		if err == nil {
			err = ofAll(check, w.run.Kind)
		}
		w.hear(err)
		if err == nil || try >= len(w.s.patience()) || !momentary(err) {
			return err
		}
		timer := time.NewTimer(w.s.patience()[try])
		select {
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		case <-timer.C:
		}
	}
}

// ofAll is what a check failed by, unless only a list failed that says nothing about what the run reads:
// one customer's list nothing of the others, the list of customers nothing of their subscriptions.
func ofAll(c distributor.Check, kind Kind) error {
	err := c.Err()
	switch distributor.KindOf(err) {
	case distributor.Paused, distributor.NeedsCredentials:
		return err
	}
	for _, l := range c.Layers {
		if l.Result == distributor.Failed {
			if l.Name == distributor.LayerSubscriptions || l.Name == distributor.LayerCustomers &&
				kind == Subscriptions {
				return nil
			}
			return err
		}
	}
	return err
}

func (s *Service) patience() []time.Duration {
	if s.Patience != nil {
		return s.Patience
	}
	return []time.Duration{2 * time.Second, 8 * time.Second, 30 * time.Second}
}

// momentary tells whether a failure may be over in a moment.
func momentary(err error) bool {
	switch distributor.KindOf(err) {
	case distributor.NameUnknown, distributor.Unreachable, distributor.TimedOut, distributor.Dropped,
		distributor.RateLimited, distributor.Broken, distributor.BadAnswer:
		return true
	}
	return false
}
