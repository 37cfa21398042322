package retire

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/subscription"
)

// End is a person's decision to end subscriptions here.
type End struct {
	IDs     []uuid.UUID
	Version int        // of the one subscription as the person saw it; 0: not asked
	On      clock.Date // first day without seats; zero: today
	Refund  bool       // what was billed of days from then on is given back; else it is kept
	Note    string
}

// MostAtOnce is how many subscriptions one decision may end.
const MostAtOnce = 500

const longestNote = 1000

// Deactivate ends subscriptions, all or none. errs.Conflict for one that has ended
// already, and for a refund that the contract does not give.
func (s Service) Deactivate(ctx context.Context, by audit.Actor, e End) error {
	if err := e.check(); err != nil {
		return err
	}
	if e.On.IsZero() {
		e.On = s.Today()
	}
	ids := slices.Clone(e.IDs)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var events []audit.Event
		for _, id := range slices.Compact(ids) {
			was, err := s.end(ctx, tx, by, id, e)
			if err != nil {
				return err
			}
			events = append(events, deactivated(was, e))
		}
		if s.Ended != nil {
			more, err := s.Ended(ctx, tx, by, ids)
			if err != nil {
				return err
			}
			events = append(events, more...)
		}
		if err := s.Reviews.Refresh(ctx, tx, ids); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, events...)
	})
}

func (e End) check() error {
	problems := errs.Fields{}
	if len(e.IDs) == 0 {
		problems.Add("id", "Choose the subscriptions to deactivate.")
	}
	if len(e.IDs) > MostAtOnce {
		problems.Add("id", "These are more than %d; take them in parts.", MostAtOnce)
	}
	if len(e.Note) > longestNote {
		problems.Add("note", "The note is longer than %d characters.", longestNote)
	}
	return problems.Err()
}

// end closes one, and gives it as it was.
func (s Service) end(ctx context.Context, tx *gorm.DB, by audit.Actor, id uuid.UUID,
	e End) (subscription.Subscription, error) {
	was, err := subscription.Lock(ctx, tx, id)
	if err != nil {
		return was, err
	}
	if e.Refund {
		if err := refundable(ctx, tx, was); err != nil {
			return was, err
		}
	}
	version := 0
	if len(e.IDs) == 1 {
		version = e.Version
	}
	end := subscription.Ending{By: subscription.ByPerson, On: e.On, Refund: e.Refund, Note: e.Note}
	_, err = subscription.Deactivate(ctx, tx, s.act(by, id, version), end)
	if err != nil && len(e.IDs) > 1 && errs.KindOf(err) != errs.Internal {
		says := fmt.Sprintf("%s (%s) cannot be deactivated: %s None of them was.", called(was), was.ExternalID,
			sentence(err))
		err = errs.Because(errs.Conflict, says, err)
	}
	return was, err
}

// sentence is what an error tells a person, with what it says of the day.
func sentence(err error) string {
	if said := errs.FieldsOf(err)["effective_at"]; said != "" {
		return said
	}
	return errs.Public(err)
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
