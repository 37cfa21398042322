package retire

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/impact"
	"seatledger/internal/subscription"
)

// Return is a person's decision that a subscription goes on.
type Return struct {
	ID      uuid.UUID
	Version int
	On      clock.Date // first day with seats again; zero: today, or the day it ended if that lies ahead
	Note    string
}

// Activate takes a deactivation back that was decided here. Seats that were kept
// without refund come back first: their days are not billed again.
func (s Service) Activate(ctx context.Context, by audit.Actor, r Return) error {
	if len(r.Note) > longestNote {
		return errs.Fields{"note": fmt.Sprintf("The note is longer than %d characters.", longestNote)}.Err()
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		was, err := subscription.Lock(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		r.On = s.returnOn(r.On, was.DeactivatedOn)
		events, err := s.openIn(ctx, tx, by, r)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, events...)
	})
}

// returnOn is the day typed; else today, or the day it ended if that lies ahead.
func (s Service) returnOn(typed, ended clock.Date) clock.Date {
	switch {
	case !typed.IsZero():
		return typed
	case ended.After(s.Today()):
		return ended
	}
	return s.Today()
}

// openIn opens one again on a day, with what follows for the review.
func (s Service) openIn(ctx context.Context, tx *gorm.DB, by audit.Actor, r Return) ([]audit.Event, error) {
	was, err := subscription.Lock(ctx, tx, r.ID)
	if err != nil {
		return nil, err
	}
	if s.Reopening != nil {
		if err := s.Reopening(ctx, tx, r.ID); err != nil {
			return nil, err
		}
	}
	if was.Frozen() {
		return nil, errs.Newf(errs.Conflict,
			"%s was frozen by a cut-over, and its days from %s on belong to the new provider's "+
				"subscription. Take the step back in the cut-over instead; nothing was changed.", called(was),
			was.FrozenFrom)
	}
	weights, err := impact.Weigh(ctx, tx, []uuid.UUID{r.ID}, r.On)
	if err != nil {
		return nil, err
	}
	now, err := subscription.Activate(ctx, tx, s.act(by, r.ID, r.Version), subscription.Return{On: r.On, Note: r.Note})
	if err != nil {
		return nil, err
	}
	event := audit.Event{
		Action: "subscription.activated", ObjectType: "subscription", ObjectID: r.ID.String(),
		ObjectName: called(was),
		Before:     map[string]any{"state": was.State, "seats": 0},
		After: map[string]any{"state": now.State, "seats": now.LedgerQuantity, "effective_at": r.On.String(),
			"seat_days_paid_already": weights[r.ID].PaidDays, "note": r.Note},
	}
	return []audit.Event{event}, s.Reviews.Refresh(ctx, tx, []uuid.UUID{r.ID})
}
