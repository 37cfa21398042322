package provider

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Deactivate stops a provider from syncing. What it has stays, and its active
// subscriptions stay billable (RULES 9). A run that is under way is the syncing
// room's to end: see syncing.Service.DeactivateProvider.
func (s *Service) Deactivate(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		return s.set(ctx, tx, Switching{ID: id, By: by, At: s.Clock})
	})
}

// Activate lets a provider sync again. errs.Conflict when another active provider
// reads the same host with the same reseller number.
func (s *Service) Activate(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		return s.set(ctx, tx, Switching{ID: id, Active: true, By: by, At: s.Clock})
	})
	if postgres.Constraint(err) == "providers_same_connection" {
		return errs.Because(errs.Conflict, errs.Public(err), err) // no form stands behind the command
	}
	return err
}

func (s *Service) set(ctx context.Context, tx *gorm.DB, w Switching) error {
	e, err := Switch(tx, w)
	if err != nil || e == nil {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, w.By, *e)
}

// Switching says which provider is switched on or off, and by whom.
type Switching struct {
	ID     uuid.UUID
	Active bool
	By     audit.Actor
	At     clock.Clock
}

// Switch sets a provider active or inactive within the caller's transaction, which
// holds the provider until commit. It gives the event that the caller records last;
// nil when that is how it was.
func Switch(tx *gorm.DB, w Switching) (*audit.Event, error) {
	p, err := lock(tx, w.ID)
	if err != nil || p.Active == w.Active {
		return nil, err
	}
	action, at, who := "provider.activated", any(nil), ""
	if !w.Active {
		action, at, who = "provider.deactivated", w.At.Now(), w.By.Name
	}
	err = tx.Exec(`UPDATE providers
		SET active = ?, deactivated_at = ?, deactivated_by = ?, version = version + 1, updated_at = ? WHERE id = ?`,
		w.Active, at, who, w.At.Now(), w.ID).Error
	return &audit.Event{Action: action, ObjectType: "provider", ObjectID: p.ID.String(), ObjectName: p.Name,
		Before: map[string]any{"active": p.Active}, After: map[string]any{"active": w.Active}}, err
}
