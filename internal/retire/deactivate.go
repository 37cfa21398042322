package retire

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/subscription"
)

// End is a person's decision to end a subscription here.
type End struct {
	ID      uuid.UUID
	Version int        // as the person saw it; 0: not asked
	On      clock.Date // first day without seats; zero: today
	Refund  bool       // what was billed of days from then on is given back; else it is kept
	Note    string
}

const longestNote = 1000

// Deactivate ends a subscription. errs.Conflict for one that has ended already, and for a
// refund that the contract does not give.
func (s Service) Deactivate(ctx context.Context, by audit.Actor, e End) error {
	if len(e.Note) > longestNote {
		return errs.Fields{"note": fmt.Sprintf("The note is longer than %d characters.", longestNote)}.Err()
	}
	if e.On.IsZero() {
		e.On = s.Today()
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		events, err := s.endIn(ctx, tx, by, e.ID, e)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, events...)
	})
}

// endIn closes one, with what follows for others and for the review.
func (s Service) endIn(ctx context.Context, tx *gorm.DB, by audit.Actor, id uuid.UUID, e End) ([]audit.Event, error) {
	was, err := subscription.Lock(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if e.Refund {
		if err := refundable(ctx, tx, was); err != nil {
			return nil, err
		}
	}
	end := subscription.Ending{By: subscription.ByPerson, On: e.On, Refund: e.Refund, Note: e.Note}
	if _, err = subscription.Deactivate(ctx, tx, s.act(by, id, e.Version), end); err != nil {
		return nil, err
	}
	events := []audit.Event{deactivated(was, e)}
	if s.Ended != nil {
		more, err := s.Ended(ctx, tx, by, []uuid.UUID{id})
		if err != nil {
			return nil, err
		}
		events = append(events, more...)
	}
	return events, s.Reviews.Refresh(ctx, tx, []uuid.UUID{id})
}

func deactivated(was subscription.Subscription, e End) audit.Event {
	refund := "no"
	if e.Refund {
		refund = "yes"
	}
	return audit.Event{
		Action: "subscription.deactivated", ObjectType: "subscription", ObjectID: was.ID.String(),
		ObjectName: called(was),
		Before:     map[string]any{"state": was.State, "seats": was.LedgerQuantity},
		After: map[string]any{
			"state": subscription.Inactive, "seats": 0, "effective_at": e.On.String(), "refund": refund, "note": e.Note,
		},
	}
}
