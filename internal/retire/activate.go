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
		if s.Reopening != nil {
			if err := s.Reopening(ctx, tx, r.ID); err != nil {
				return err
			}
		}
		if was.Frozen() {
			return errs.Newf(errs.Conflict,
				"%s was frozen by a cut-over, and its days from %s on belong to the new provider's "+
					"subscription. Take the step back in the cut-over instead; nothing was changed.", called(was),
				was.FrozenFrom)
		}
		on := r.On
		if on.IsZero() {
			on = s.Today()
			if was.DeactivatedOn.After(on) {
				on = was.DeactivatedOn
			}
		}
		weights, err := impact.Weigh(ctx, tx, []uuid.UUID{r.ID}, on)
		if err != nil {
			return err
		}
		now, err := subscription.Activate(ctx, tx, s.act(by, r.ID, r.Version),
			subscription.Return{On: on, Note: r.Note})
		if err != nil {
			return err
		}
		if err := s.Reviews.Refresh(ctx, tx, []uuid.UUID{r.ID}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{
			Action: "subscription.activated", ObjectType: "subscription", ObjectID: r.ID.String(),
			ObjectName: called(was),
			Before:     map[string]any{"state": was.State, "seats": 0},
			After: map[string]any{"state": now.State, "seats": now.LedgerQuantity, "effective_at": on.String(),
				"seat_days_paid_already": weights[r.ID].PaidDays, "note": r.Note},
		})
	})
}
