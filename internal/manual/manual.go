// Package manual is how a manual provider is kept: a person enters its accounts and
// subscriptions, or imports them from a file, in place of a sync (RULES 1 and 2).
// What is entered passes through the same rules as what a distributor reports. It
// knows no form and no page.
package manual

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
	"seatledger/internal/provider"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
)

// Service enters what a person says.
type Service struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Reviews review.Reviewer
}

// ByHand reads a provider whose entries are made by hand; errs.Conflict for any other.
func ByHand(ctx context.Context, db *gorm.DB, id uuid.UUID) (provider.Provider, error) {
	p, err := provider.Get(ctx, db, id)
	switch {
	case err != nil:
		return p, err
	case p.Connector != distributor.Manual:
		return p, errs.Newf(errs.Conflict,
			"The accounts and subscriptions of %s come from the distributor. Change them there; "+
				"the next sync brings them.", p.Name)
	}
	return p, nil
}

// hold reads a manual provider for entries, and lets only one person at a time make them.
func hold(ctx context.Context, tx *gorm.DB, id uuid.UUID) (provider.Provider, error) {
	if err := tx.WithContext(ctx).Exec(`SELECT 1 FROM providers WHERE id = ? FOR UPDATE`, id).Error; err != nil {
		return provider.Provider{}, err
	}
	p, err := ByHand(ctx, tx, id)
	if err == nil && !p.Active {
		err = errs.Newf(errs.Conflict,
			"%s is deactivated. Activate it before you enter something; nothing was changed.", p.Name)
	}
	return p, err
}

func (s Service) origin(by audit.Actor, from ledger.Source) ledger.Origin {
	return ledger.Origin{Source: from, By: by, At: s.Clock.Now()}
}

func ruled(p provider.Provider) subscription.Provider {
	return subscription.Provider{ID: p.ID, Connector: p.Connector, Currency: p.Currency}
}
