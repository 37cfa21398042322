package syncing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/notify"
	"seatledger/internal/runs"
)

// next is what follows a run of the night: its subscriptions, or another try, or neither.
type next struct {
	subscriptions bool
	retry         *time.Time
}

// tell keeps what an ended run came to, and tells of what somebody must hear of, in the transaction that ends it.
func (s *Service) tell(ctx context.Context, tx *gorm.DB, r Run, out runs.Outcome, next next) error {
	f, err := keepFigures(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	names, err := NamesOf(ctx, tx, r)
	if err != nil {
		return err
	}
	about := notify.Event{ObjectType: "sync_run", ObjectID: r.ID.String(), ObjectName: nameOf(r, names.Provider),
		ProviderID: r.ProviderID, Provider: names.Provider}
	if out.State == Succeeded || out.State == Partial {
		if err := s.tellDoubts(ctx, tx, r, about); err != nil {
			return err
		}
		if err := s.tellArrived(ctx, tx, r, about); err != nil {
			return err
		}
	}
	e, tell, err := s.noticeOf(tx, r, out, next, about)
	if err != nil || !tell {
		return err
	}
	e.SeatsLost, e.SeatsGained, e.MoneyMonth = f.SeatsLost, f.SeatsGained, f.MoneyMonth
	if e.Kind == notify.NeedsCredentials {
		e.ObjectType, e.ObjectID, e.ObjectName = "provider", r.ProviderID.String(), names.Provider
	}
	return notify.Record(ctx, tx, s.Clock, e)
}

func nameOf(r Run, provider string) string {
	what := map[Kind]string{Accounts: "Accounts", Subscriptions: "Subscriptions", Listing: "Listing"}[r.Kind]
	return what + " of " + provider
}

// noticeOf words what an ended run is to somebody who did not watch it. A person sees how their own run ended; what
// the guard stopped waits for one in any case. A night that is tried again rings once, and when it is given up.
func (s *Service) noticeOf(tx *gorm.DB, r Run, out runs.Outcome, next next,
	e notify.Event) (notify.Event, bool, error) {
	e.Text = strings.TrimSpace(out.Message + " " + out.Advice)
	night := r.Trigger == ByNight
	switch {
	case out.State == Failed && out.Refused:
		e.Kind = notify.NeedsCredentials
	case out.State == Stopped:
		e.Kind = notify.RunStopped
	case out.State == runs.Planned && night:
		e.Kind = notify.RunWaits
	case out.State == Failed && night && next.subscriptions:
		tries, err := s.nights().Tries(tx, r.ProviderID)
		e.Kind, e.Severity = notify.NightFailed, notify.Warn
		e.Text += " The subscriptions are read nevertheless, and the accounts are tried again."
		return e, tries == 0, err
	case out.State == Failed && night && next.retry != nil:
		tries, err := s.nights().Tries(tx, r.ProviderID)
		e.Kind, e.Severity = notify.NightFailed, notify.Warn
		e.Text += " It is tried again at " + next.retry.In(s.Zone).Format("15:04 MST") + "."
		return e, tries == 1, err
	case out.State == Failed && night:
		e.Kind = notify.NightFailed
	case out.State == Partial && night && next.retry != nil:
		tries, err := s.nights().Tries(tx, r.ProviderID)
		e.Kind = notify.RunPartial
		e.Text += " What could not be read is asked for again at " + next.retry.In(s.Zone).Format("15:04 MST") + "."
		return e, tries == 1, err
	case out.State == Partial && night:
		e.Kind = notify.RunPartial
	default:
		return e, false, nil
	}
	if e.Text == "" {
		e.Text = "The run ended as " + string(out.State) + "; its page has the accounts and their causes."
	}
	return e, true, nil
}

// about is what the log's lines of a run say beyond its head, for runs.Desk.
func (s *Service) about(ctx context.Context, h runs.Head, ended bool) []any {
	db := s.DB.Read(ctx)
	r, err := Get(ctx, db, h.ID)
	if err != nil {
		return nil
	}
	line := []any{"kind", r.Kind}
	if names, err := NamesOf(ctx, db, r); err == nil {
		line = append([]any{"provider", names.Provider}, line...)
	}
	if !ended {
		return line
	}
	f, err := FiguresOf(ctx, db, h.ID)
	if err == nil {
		line = append(line, "seats_lost", f.Lost(), "seats_gained", f.Gained(), "calls", f.Calls)
		if r.State.Finished() {
			s.Meter.Seats(f.Lost() + f.Gained())
		}
	}
	line = append(line, "added", r.Added, "changed", r.Changed, "unchanged", r.Unchanged, "gone", r.Gone,
		"held", r.Held, "failed", r.Counts.Failed)
	if causes, err := Causes(ctx, db, h.ID); err == nil && len(causes) > 0 {
		line = append(line, "causes", causeWords(causes))
	}
	return line
}

func causeWords(causes []Cause) string {
	parts := make([]string, len(causes))
	for i, c := range causes {
		parts[i] = fmt.Sprintf("%d x %s", c.Accounts, c.Cause)
	}
	return strings.Join(parts, "; ")
}
