package syncing

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/ledger"
	"seatledger/internal/notify"
)

// closed keeps what an ended run came to and tells of what somebody must hear of, in
// the transaction that ends it. Whatever ends a run calls it.
func (s *Service) closed(ctx context.Context, tx *gorm.DB, id uuid.UUID) error {
	f, err := keepFigures(ctx, tx, id)
	if err != nil {
		return err
	}
	r, err := Get(ctx, tx, id)
	if err != nil {
		return err
	}
	kind, tell := noticeOf(r)
	if !tell {
		return nil
	}
	return s.notice(ctx, tx, kind, r, f)
}

func (s *Service) notice(ctx context.Context, tx *gorm.DB, kind notify.Kind, r Run, f ledger.Figures) error {
	names, err := NamesOf(ctx, tx, r)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(r.Message + " " + r.Advice)
	if text == "" {
		text = "The run ended as " + string(r.State) + "; its page has the accounts and their causes."
	}
	return notify.Record(ctx, tx, s.Clock, notify.Event{
		Kind: kind, ObjectType: "sync_run", ObjectID: r.ID.String(), ObjectName: nameOf(r, names.Provider),
		ProviderID: r.ProviderID, Provider: names.Provider, Text: text,
		SeatsLost: f.SeatsLost, SeatsGained: f.SeatsGained, MoneyMonth: f.MoneyMonth,
	})
}

func nameOf(r Run, provider string) string {
	what := map[Kind]string{Accounts: "Accounts", Subscriptions: "Subscriptions", Listing: "Listing"}[r.Kind]
	return what + " of " + provider
}

// noticeOf tells what an ended run is to somebody who did not watch it. A person sees
// how their own run ended; what the guard stopped waits for one in any case.
func noticeOf(r Run) (notify.Kind, bool) {
	night := r.Trigger == ByNight
	switch {
	case r.State == Stopped:
		return notify.RunStopped, true
	case r.State == Failed && night:
		return notify.NightFailed, true
	case r.State == Partial && night:
		return notify.RunPartial, true
	}
	return "", false
}

// begun writes the one line of a run that begins.
func (s *Service) begun(ctx context.Context, w *worker) {
	s.Log.InfoContext(ctx, "run begins", "provider", s.called(ctx, w.run), "kind", w.run.Kind, "trigger",
		w.run.Trigger, "attempt", w.run.Attempt)
}

// ended writes the one line of a run that has ended, or was interrupted, and counts it.
// It comes after the commit: what is written here has happened.
func (s *Service) ended(ctx context.Context, id uuid.UUID) {
	db := s.DB.Read(ctx)
	r, err := Get(ctx, db, id)
	if err != nil {
		s.Log.ErrorContext(ctx, "run ended, but cannot be read again", "error", err)
		return
	}
	f, err := FiguresOf(ctx, db, id)
	if err != nil {
		s.Log.WarnContext(ctx, "what the run came to cannot be read", "error", err)
	}
	line := []any{"provider", s.called(ctx, r), "kind", r.Kind, "trigger", r.Trigger, "state", r.State,
		"added", r.Added, "changed", r.Changed, "unchanged", r.Unchanged, "gone", r.Gone, "held", r.Held,
		"failed", r.Counts.Failed, "seats_lost", f.Lost(), "seats_gained", f.Gained(), "calls", f.Calls}
	if d, known := Took(r.StartedAt, r.FinishedAt); known {
		line = append(line, "took", d)
	}
	if causes, err := Causes(ctx, db, id); err == nil && len(causes) > 0 {
		line = append(line, "causes", causeWords(causes))
	}
	if r.Message != "" {
		line = append(line, "message", r.Message)
	}
	s.Log.Log(ctx, levelOf(r), "run ended", line...)
	if r.State.Finished() {
		s.Meter.Run(string(r.State), r.State == Stopped)
		s.Meter.Seats(f.Lost() + f.Gained())
	}
}

func (s *Service) called(ctx context.Context, r Run) string {
	names, err := NamesOf(ctx, s.DB.Read(ctx), r)
	if err != nil {
		return r.ProviderID.String()
	}
	return names.Provider
}

func causeWords(causes []Cause) string {
	parts := make([]string, len(causes))
	for i, c := range causes {
		parts[i] = fmt.Sprintf("%d x %s", c.Accounts, c.Cause)
	}
	return strings.Join(parts, "; ")
}

// levelOf is an error for a night that brought nothing: that line wakes somebody.
func levelOf(r Run) slog.Level {
	switch {
	case (r.State == Failed || r.State == Stopped) && r.Trigger == ByNight:
		return slog.LevelError
	case r.State == Failed, r.State == Stopped, r.State == Partial, r.State == Interrupted:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
