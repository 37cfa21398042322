package contract

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
)

// Deactivate ends the use of a contract: nothing lands in it any more, and what
// stands in it fails its review and is not billed until it is moved or the
// contract is activated again. Subscriptions keep contract and price. An inactive
// contract stays as it is.
func (s Service) Deactivate(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.setActive(ctx, by, id, false)
}

// Activate takes a deactivated contract into use again.
func (s Service) Activate(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.setActive(ctx, by, id, true)
}

func (s Service) setActive(ctx context.Context, by audit.Actor, id uuid.UUID, active bool) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		c, err := get(tx, id, "FOR UPDATE")
		if err != nil || c.Active == active {
			return err
		}
		action := "contract.activated"
		c.Active, c.DeactivatedAt = active, nil
		if !active {
			if err := s.endPasses(ctx, tx, by, c); err != nil {
				return err
			}
			action = "contract.deactivated"
			now := s.Clock.Now()
			c.DeactivatedAt = &now
		}
		impact, err := Standing(tx, id)
		if err != nil {
			return err
		}
		return s.saved(tx, by, c, event(action, c, nil, map[string]int{"subscriptions": impact.Active + impact.Held}))
	})
}
