package runs

import (
	"context"
	"log/slog"

	"github.com/google/uuid"

	"seatledger/internal/obs"
)

// begins writes the one line of an attempt that begins.
func (d *Desk) begins(ctx context.Context, h Head) {
	if d.Log == nil {
		return
	}
	line := append([]any{"of", d.Table.Noun, "trigger", h.Trigger, "attempt", h.Attempt}, d.about(ctx, h, false)...)
	d.Log.InfoContext(ctx, "run begins", line...)
}

// told writes the one line of a run that has ended, or whose attempt has, and counts the end. It comes after the
// commit: what it says has happened.
func (d *Desk) told(ctx context.Context, id uuid.UUID) {
	ctx = obs.WithRun(context.WithoutCancel(ctx), id.String())
	found, err := d.heads(d.DB.Read(ctx), `id = ?`, id)
	if err != nil || len(found) == 0 {
		if d.Log != nil {
			d.Log.WarnContext(ctx, "run ended, but cannot be read again", "of", d.Table.Noun, "error", err)
		}
		return
	}
	h := found[0]
	if h.State.Finished() || h.State == Planned {
		d.Meter.Run(string(h.State), h.State == Stopped || h.State == Planned && h.Trigger == ByNight)
	}
	if d.Log == nil {
		return
	}
	line := []any{"of", d.Table.Noun, "trigger", h.Trigger, "state", h.State}
	if h.StartedAt != nil && h.FinishedAt != nil {
		line = append(line, "took", h.FinishedAt.Sub(*h.StartedAt))
	}
	line = append(line, d.about(ctx, h, true)...)
	if h.Message != "" {
		line = append(line, "message", h.Message)
	}
	what := "run ended"
	if !h.State.Finished() && h.State != Planned {
		what = "run rests" // interrupted or paused: it goes on by itself
	}
	d.Log.Log(ctx, levelOf(h), what, line...)
}

func (d *Desk) about(ctx context.Context, h Head, ended bool) []any {
	if d.About == nil {
		return nil
	}
	return d.About(ctx, h, ended)
}

// levelOf is an error for a night that brought nothing: that line wakes somebody.
func levelOf(h Head) slog.Level {
	bad := h.State == Failed || h.State == Stopped || h.State == Planned
	switch {
	case bad && h.Trigger == ByNight:
		return slog.LevelError
	case bad, h.State == Partial, h.State == Interrupted:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
