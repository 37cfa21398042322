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

// SetContract puts it into a contract of its customer from a day on, or takes it out of any (see the act
// SetContractFrom).
func (s Service) SetContract(ctx context.Context, by audit.Actor, at Opened, contract uuid.NullUUID,
	on clock.Date) error {
	return s.do(ctx, by, at, "subscription.contract_set", "", func(tx *gorm.DB, a Act) (Subscription, error) {
		return SetContractFrom(ctx, tx, a, contract, on)
	})
}

// BillFromStart lets billing begin at its start (see the act BillFromStart).
func (s Service) BillFromStart(ctx context.Context, by audit.Actor, at Opened) error {
	return s.do(ctx, by, at, "subscription.billed_from_start", "", func(tx *gorm.DB, a Act) (Subscription, error) {
		return BillFromStart(ctx, tx, a)
	})
}

// SetPrice sets its selling price from a day on (see the act SetPrice).
func (s Service) SetPrice(ctx context.Context, by audit.Actor, at Opened, p Price) error {
	return s.do(ctx, by, at, "subscription.price_set", p.Note, func(tx *gorm.DB, a Act) (Subscription, error) {
		return SetPrice(ctx, tx, a, p)
	})
}

// KeepPrice declines the price that a renewal proposed.
func (s Service) KeepPrice(ctx context.Context, by audit.Actor, at Opened) error {
	return s.do(ctx, by, at, "subscription.price_kept", "", func(tx *gorm.DB, a Act) (Subscription, error) {
		return KeepPrice(ctx, tx, a)
	})
}

// DeclareNoTwin notes that it is not another provider's again, and releases it.
func (s Service) DeclareNoTwin(ctx context.Context, by audit.Actor, at Opened) error {
	return s.do(ctx, by, at, "subscription.no_twin", "", func(tx *gorm.DB, a Act) (Subscription, error) {
		return DeclareNoTwin(ctx, tx, a)
	})
}

// ConfirmGone notes that a person has seen that the distributor no longer has it.
func (s Service) ConfirmGone(ctx context.Context, by audit.Actor, at Opened) error {
	return s.do(ctx, by, at, "subscription.gone_confirmed", "", func(tx *gorm.DB, a Act) (Subscription, error) {
		return ConfirmGone(ctx, tx, a)
	})
}

// SayDates stores what a person says of dates that cannot be read (see the act SayDates).
func (s Service) SayDates(ctx context.Context, by audit.Actor, at Opened, start, end clock.Date) error {
	return s.do(ctx, by, at, "subscription.dates_said", "", func(tx *gorm.DB, a Act) (Subscription, error) {
		return SayDates(ctx, tx, a, start, end)
	})
}

type deed func(*gorm.DB, Act) (Subscription, error)

func (s Service) do(ctx context.Context, by audit.Actor, at Opened, action, note string, do deed) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		before, err := Lock(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		prices, err := pricesBefore(ctx, tx, by, at.ID)
		if err != nil {
			return err
		}
		origin := ledger.Origin{Source: ledger.FromPerson, By: by, At: s.Clock.Now()}
		after, err := do(tx, Act{ID: at.ID, Version: at.Version, Zone: s.Zone, Origin: origin})
		if err != nil || after.Version == before.Version {
			return err
		}
		if err := s.pricesPass(ctx, tx, by, action, note, before, prices); err != nil {
			return err
		}
		if err := s.Touched(tx, []uuid.UUID{at.ID}); err != nil {
			return err
		}
		was, is := differences(before, after)
		return audit.Record(ctx, tx, s.Clock, by, event(after, action, was, is))
	})
}

// CorrectChange sets a row of seats aside and writes it anew as it should have been (see the act CorrectChange).
func (s Service) CorrectChange(ctx context.Context, by audit.Actor, at Opened, c Correction) error {
	return s.correct(ctx, by, at, c.ChangeID, "subscription.change_corrected", c.Note,
		func(tx *gorm.DB, a Act) (Subscription, error) {
			return CorrectChange(ctx, tx, a, c)
		})
}

// CorrectPrice sets a price aside and writes it anew as it should have been (see the act CorrectPrice).
func (s Service) CorrectPrice(ctx context.Context, by audit.Actor, at Opened, c PriceCorrection) error {
	return s.correct(ctx, by, at, c.ChangeID, "subscription.price_corrected", c.Note,
		func(tx *gorm.DB, a Act) (Subscription, error) {
			return CorrectPrice(ctx, tx, a, c)
		})
}

// correct writes of a correction the row as it was and as it is now into the trail.
func (s Service) correct(ctx context.Context, by audit.Actor, at Opened, change uuid.UUID, action, note string,
	do deed) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		before, err := Lock(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		prices, err := pricesBefore(ctx, tx, by, at.ID)
		if err != nil {
			return err
		}
		old, err := entryOf(ctx, tx, at.ID, change)
		if err != nil {
			return err
		}
		origin := ledger.Origin{Source: ledger.FromPerson, By: by, At: s.Clock.Now()}
		row, err := do(tx, Act{ID: at.ID, Version: at.Version, Zone: s.Zone, Origin: origin})
		if err != nil {
			return err
		}
		if err := s.pricesPass(ctx, tx, by, action, note, before, prices); err != nil {
			return err
		}
		if err := s.Touched(tx, []uuid.UUID{at.ID}); err != nil {
			return err
		}
		is := map[string]any{"set_aside": true, "note": note}
		if fresh, found, err := ledger.ReplacementOf(ctx, tx, change); err != nil {
			return err
		} else if found {
			is = words(fresh)
			is["note"] = note
		}
		return audit.Record(ctx, tx, s.Clock, by, event(row, action, words(old), is))
	})
}

func words(e ledger.Entry) map[string]any {
	m := map[string]any{"event": e.Event, "effective_at": e.EffectiveAt.String(), "delta": e.Delta, "refund": e.Refund}
	if e.UnitPrice.Valid {
		m["unit_price"] = e.UnitPrice.Decimal.String()
	}
	return m
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
