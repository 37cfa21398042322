package subscription

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
)

// Service carries out what people decide about one subscription: the act, what it means for the
// review, and its place in the trail, in one transaction. What changes nothing leaves no trace.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
	// Touched judges subscriptions anew in the transaction that changed them.
	Touched func(tx *gorm.DB, ids []uuid.UUID) error
}

// Opened is the subscription that a person decides about, at the version that their page showed; 0: not asked.
type Opened struct {
	ID      uuid.UUID
	Version int
}

// SetContract puts it into a contract of its customer, or takes it out of any (see the act SetContract).
func (s Service) SetContract(ctx context.Context, by audit.Actor, at Opened, contract uuid.NullUUID) error {
	return s.do(ctx, by, at, "subscription.contract_set", func(tx *gorm.DB, a Act) (Subscription, error) {
		return SetContract(ctx, tx, a, contract)
	})
}

// SetPrice sets its selling price from a day on (see the act SetPrice).
func (s Service) SetPrice(ctx context.Context, by audit.Actor, at Opened, p Price) error {
	return s.do(ctx, by, at, "subscription.price_set", func(tx *gorm.DB, a Act) (Subscription, error) {
		return SetPrice(ctx, tx, a, p)
	})
}

// KeepPrice declines the price that a renewal proposed.
func (s Service) KeepPrice(ctx context.Context, by audit.Actor, at Opened) error {
	return s.do(ctx, by, at, "subscription.price_kept", func(tx *gorm.DB, a Act) (Subscription, error) {
		return KeepPrice(ctx, tx, a)
	})
}

// DeclareNoTwin notes that it is not another provider's again, and releases it.
func (s Service) DeclareNoTwin(ctx context.Context, by audit.Actor, at Opened) error {
	return s.do(ctx, by, at, "subscription.no_twin", func(tx *gorm.DB, a Act) (Subscription, error) {
		return DeclareNoTwin(ctx, tx, a)
	})
}

// ConfirmGone notes that a person has seen that the distributor no longer has it.
func (s Service) ConfirmGone(ctx context.Context, by audit.Actor, at Opened) error {
	return s.do(ctx, by, at, "subscription.gone_confirmed", func(tx *gorm.DB, a Act) (Subscription, error) {
		return ConfirmGone(ctx, tx, a)
	})
}

type deed func(*gorm.DB, Act) (Subscription, error)

func (s Service) do(ctx context.Context, by audit.Actor, at Opened, action string, do deed) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		before, err := Lock(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		origin := ledger.Origin{Source: ledger.FromPerson, By: by, At: s.Clock.Now()}
		after, err := do(tx, Act{ID: at.ID, Version: at.Version, Zone: s.Zone, Origin: origin})
		if err != nil || after.Version == before.Version {
			return err
		}
		if err := s.Touched(tx, []uuid.UUID{at.ID}); err != nil {
			return err
		}
		was, is := differences(before, after)
		return audit.Record(ctx, tx, s.Clock, by, event(after, action, was, is))
	})
}

// DateCorrection is the right date of an estimated row of a subscription's ledger.
type DateCorrection struct {
	ID     uuid.UUID // the subscription
	Change uuid.UUID
	On     clock.Date
	Note   string
}

// CorrectDate sets an estimated row aside and writes one with the right date (RULES 2).
func (s Service) CorrectDate(ctx context.Context, by audit.Actor, c DateCorrection) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		row, err := Lock(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		old, err := entryOf(ctx, tx, c.ID, c.Change)
		if err != nil {
			return err
		}
		correction := ledger.Correction{ChangeID: c.Change, On: c.On, Note: c.Note, By: by, At: s.Clock.Now()}
		if _, err := ledger.Correct(ctx, tx, correction); err != nil {
			return err
		}
		if err := s.Touched(tx, []uuid.UUID{c.ID}); err != nil {
			return err
		}
		was := map[string]any{"effective_at": old.EffectiveAt.String()}
		is := map[string]any{"effective_at": c.On.String(), "note": c.Note}
		return audit.Record(ctx, tx, s.Clock, by, event(row, "subscription.date_corrected", was, is))
	})
}

func entryOf(ctx context.Context, tx *gorm.DB, id, change uuid.UUID) (ledger.Entry, error) {
	rows, err := ledger.Of(ctx, tx, id)
	for _, e := range rows {
		if e.ID == change {
			return e, err
		}
	}
	if err == nil {
		err = errs.New(errs.NotFound, "This subscription has no such ledger row.")
	}
	return ledger.Entry{}, err
}
