package provider

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Deactivate stops a provider's syncs. Its accounts and subscriptions stay, and its
// active subscriptions stay billable until they are retired (RULES 9).
// The caller asks runs under way to end.
func (s *Service) Deactivate(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.setActive(ctx, by, id, false)
}

// Activate lets a provider sync again. The database refuses a second active one that reads the same customers.
func (s *Service) Activate(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	err := s.setActive(ctx, by, id, true)
	if postgres.Constraint(err) == "providers_same_connection" {
		return errs.Because(errs.Conflict, errs.Public(err), err) // no form stands behind the command
	}
	return err
}

func (s *Service) setActive(ctx context.Context, by audit.Actor, id uuid.UUID, active bool) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		p, err := lock(tx, id)
		if err != nil || p.Active == active {
			return err
		}
		action, at, who := "provider.activated", any(nil), ""
		if !active {
			action, at, who = "provider.deactivated", s.Clock.Now(), by.Name
		}
		err = tx.Exec(`UPDATE providers SET active = ?, deactivated_at = ?, deactivated_by = ?, version = version + 1, updated_at = ? WHERE id = ?`,
			active, at, who, s.Clock.Now(), id).Error
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: action, ObjectType: "provider", ObjectID: id.String(), ObjectName: p.Name})
	})
}
