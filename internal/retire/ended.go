package retire

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
)

// endedAtOnce is how many come to their end in one turn of the clockwork.
const endedAtOnce = 200

// AtTheirEnd closes subscriptions whose certain end has come, each in a transaction of
// its own (RULES 3). It may be done twice at once: one that is closed is closed.
func (s Service) AtTheirEnd(ctx context.Context) error {
	ids, err := subscription.AtTheirEnd(ctx, s.DB.Read(ctx), s.Today(), s.Zone.String(), endedAtOnce)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.atItsEnd(ctx, tx, id) }); err != nil {
			return err
		}
	}
	return nil
}

func (s Service) atItsEnd(ctx context.Context, tx *gorm.DB, id uuid.UUID) error {
	was, err := subscription.Lock(ctx, tx, id)
	if err != nil {
		return err
	}
	act := subscription.Act{ID: id, Zone: s.Zone,
		Origin: ledger.Origin{Source: ledger.FromSync, By: audit.System, At: s.Clock.Now()}}
	now, err := subscription.EndAtItsEnd(ctx, tx, act)
	if err != nil || now.Version == was.Version {
		return err
	}
	if err := s.Reviews.Refresh(ctx, tx, []uuid.UUID{id}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, audit.System, audit.Event{Action: "subscription.ended",
		ObjectType: "subscription", ObjectID: id.String(), ObjectName: called(was),
		Before: map[string]any{"state": was.State, "seats": was.LedgerQuantity},
		After:  map[string]any{"state": now.State, "seats": 0, "effective_at": now.DeactivatedOn.String()}})
}
