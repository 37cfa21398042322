package syncing

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/provider"
)

// DeactivateProvider switches a provider off and ends its run in one transaction: a
// queued run is cancelled, a running one asked to stop. Nothing can be queued in
// between, and a crash leaves no run behind. It gives that run, if there was one.
func (s *Service) DeactivateProvider(ctx context.Context, by audit.Actor, id uuid.UUID) (*Run, error) {
	var ended *Run
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		ended = nil
		off, err := provider.Switch(tx, provider.Switching{ID: id, By: by, At: s.Clock})
		if err != nil || off == nil {
			return err
		}
		if ended, err = s.endRun(ctx, tx, by, id); err != nil {
			return err
		}
		events := []audit.Event{*off}
		if ended != nil {
			events = append(events, audit.Event{Action: "sync_run.cancelled", ObjectType: "sync_run",
				ObjectID: ended.ID.String(), ObjectName: string(ended.Kind),
				Before: map[string]any{"state": ended.State},
				After:  map[string]any{"cancel_requested_by": by.Name, "because": "the provider was deactivated"}})
		}
		return audit.Record(ctx, tx, s.Clock, by, events...)
	})
	return ended, err
}

// endRun cancels the provider's run; one that has just ended by itself needs none.
func (s *Service) endRun(ctx context.Context, tx *gorm.DB, by audit.Actor, providerID uuid.UUID) (*Run, error) {
	run, found, err := Unfinished(ctx, tx, providerID)
	if err != nil || !found {
		return nil, err
	}
	err = s.desk().CancelIn(ctx, tx, by, run.ID)
	if errs.KindOf(err) == errs.Conflict {
		return nil, nil
	}
	return &run, err
}
