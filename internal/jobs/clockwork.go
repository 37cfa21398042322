package jobs

import (
	"context"
	"log/slog"
	"time"
)

// Beat is something to look after at an interval. Every replica does it, so it must
// be safe to do twice at once.
type Beat struct {
	Name  string
	Every time.Duration
	Do    func(context.Context) error
}

// Keep calls each beat at once and then at its interval, until ctx ends. A beat that
// fails is logged and tried again at its next turn.
func Keep(ctx context.Context, log *slog.Logger, beats ...Beat) (wait func()) {
	done := make(chan struct{}, len(beats))
	for _, b := range beats {
		go func() {
			defer func() { done <- struct{}{} }()
			b.keep(ctx, log)
		}()
	}
	return func() {
		for range beats {
			<-done
		}
	}
}

func (b Beat) keep(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(b.Every)
	defer tick.Stop()
	for {
		if err := b.Do(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "recurring work failed", "work", b.Name, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
