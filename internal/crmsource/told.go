package crmsource

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"gorm.io/gorm"

	"seatledger/internal/notify"
	"seatledger/internal/obs"
)

// closed tells of a night that brought nothing, and of what the guard stopped, in the
// transaction that ends the run.
func (w *worker) closed(ctx context.Context, tx *gorm.DB, out outcome) error {
	night := w.run.Trigger == ByNight
	var kind notify.Kind
	switch {
	case out.state == Stopped:
		kind = notify.RunStopped
	case out.state == Failed && night:
		kind = notify.NightFailed
	case out.state == Partial && night:
		kind = notify.RunPartial
	default:
		return nil
	}
	return notify.Record(ctx, tx, w.s.Clock, notify.Event{
		Kind: kind, ObjectType: "crm_source", ObjectID: w.run.SourceID.String(), ObjectName: w.source.Name,
		Text: strings.TrimSpace(out.message + " " + out.advice),
	})
}

func (s *Service) begun(ctx context.Context, w *worker) {
	s.Log.InfoContext(ctx, "run begins", "source", w.source.Name, "kind", "crm", "trigger", w.run.Trigger, "attempt",
		w.run.Attempt)
}

// ended writes the one line of a run that has ended, or was interrupted, and counts it.
func (s *Service) ended(ctx context.Context, w *worker) {
	r, err := GetRun(ctx, s.DB.Read(ctx), w.run.SourceID, w.run.ID)
	if err != nil {
		s.Log.ErrorContext(ctx, "run ended, but cannot be read again", "error", err)
		return
	}
	level := slog.LevelInfo
	switch {
	case (r.State == Failed || r.State == Stopped) && r.Trigger == ByNight:
		level = slog.LevelError
	case r.State != Succeeded && r.State != Cancelled:
		level = slog.LevelWarn
	}
	line := []any{"source", w.source.Name, "kind", "crm", "trigger", r.Trigger, "state", r.State, "read", r.Accounts,
		"added", r.Added, "changed", r.Changed, "unchanged", r.Unchanged, "gone", r.Gone, "failed", r.Refused}
	if r.StartedAt != nil && r.FinishedAt != nil {
		line = append(line, "took", r.FinishedAt.Sub(*r.StartedAt))
	}
	if r.Message != "" {
		line = append(line, "message", r.Message)
	}
	s.Log.Log(ctx, level, "run ended", line...)
	if r.State.Finished() {
		s.Meter.Run(string(r.State), r.State == Stopped)
	}
}

// LastSuccesses is when each active source was last read whole and well, for a scrape.
func LastSuccesses(ctx context.Context, db *gorm.DB) ([]obs.Success, error) {
	var rows []obs.Success
	err := db.WithContext(ctx).Raw(`SELECT s.name AS provider, 'crm' AS kind, max(r.finished_at) AS at
		FROM crm_sources s LEFT JOIN crm_source_runs r ON r.source_id = s.id AND r.state = 'succeeded'
		WHERE s.active GROUP BY s.name ORDER BY s.name`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("last good readings: %w", err)
	}
	return rows, nil
}
