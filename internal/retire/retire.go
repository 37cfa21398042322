// Package retire ends subscriptions here and takes that back, with what it means in
// money shown first (RULES 1, 3 and 8). Nothing is ever sent to the distributor: it
// goes on as it is, and so does its invoice to the reseller.
package retire

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/impact"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
	"seatledger/internal/review"
	"seatledger/internal/settings"
	"seatledger/internal/subscription"
)

// Service deactivates and activates, each in one transaction of its own.
type Service struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Reviews review.Reviewer
	// Ended is told within the transaction which subscriptions were ended; Reopening is
	// asked before one is activated again. Both may be nil.
	Ended     func(ctx context.Context, tx *gorm.DB, by audit.Actor, ids []uuid.UUID) ([]audit.Event, error)
	Reopening func(ctx context.Context, tx *gorm.DB, id uuid.UUID) error
}

// Today is the day from which an end holds when none is named.
func (s Service) Today() clock.Date { return clock.Today(s.Clock, s.Zone) }

func (s Service) act(by audit.Actor, id uuid.UUID, version int) subscription.Act {
	return subscription.Act{
		ID: id, Version: version, Zone: s.Zone,
		Origin: ledger.Origin{Source: ledger.FromPerson, By: by, At: s.Clock.Now()},
	}
}

// Refunds tells whether seats that end are refunded, and by which setting: the
// contract's own overrides the global one, which holds without a contract too (RULES 8).
type Refunds struct {
	Allowed bool
	Because string // in a sentence
}

// RefundsOf reads the setting that holds for a subscription's contract.
func RefundsOf(ctx context.Context, db *gorm.DB, contractID uuid.NullUUID) (Refunds, error) {
	who := "It stands in no contract, so it follows"
	if contractID.Valid {
		k, err := contract.Get(ctx, db, contractID.UUID)
		if err != nil {
			return Refunds{}, err
		}
		switch k.Refunds {
		case contract.RefundsYes:
			return Refunds{true, fmt.Sprintf("The contract %s gives refunds.", k.Name)}, nil
		case contract.RefundsNo:
			return Refunds{false, fmt.Sprintf("The contract %s gives no refunds.", k.Name)}, nil
		}
		who = fmt.Sprintf("The contract %s uses", k.Name)
	}
	all, err := settings.Load(ctx, db)
	if err != nil {
		return Refunds{}, err
	}
	if all.Refunds {
		return Refunds{true, who + " the global setting, which gives refunds."}, nil
	}
	return Refunds{false, who + " the global setting, which gives no refunds."}, nil
}

// Impact is one subscription with what ending or opening it on a day means.
type Impact struct {
	subscription.Subscription
	On      clock.Date
	Refunds Refunds
	impact.Weight
	Unbilled impact.Reach // up to the day
}

// Look weighs subscriptions before anything is done.
func (s Service) Look(ctx context.Context, ids []uuid.UUID, on clock.Date) (out []Impact, err error) {
	err = s.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		out, err = look(ctx, tx, ids, on)
		return err
	})
	return out, err
}

func look(ctx context.Context, db *gorm.DB, ids []uuid.UUID, on clock.Date) ([]Impact, error) {
	weights, err := impact.Weigh(ctx, db, ids, on)
	if err != nil {
		return nil, err
	}
	until := make(map[uuid.UUID]clock.Date, len(ids))
	for _, id := range ids {
		until[id] = on
	}
	unbilled, err := impact.ReachOf(ctx, db, until)
	if err != nil {
		return nil, err
	}
	known := map[uuid.NullUUID]Refunds{}
	var out []Impact
	for _, id := range ids {
		sub, err := subscription.Get(ctx, db, id)
		if err != nil {
			return nil, err
		}
		if _, ok := known[sub.ContractID]; !ok {
			if known[sub.ContractID], err = RefundsOf(ctx, db, sub.ContractID); err != nil {
				return nil, err
			}
		}
		out = append(out, Impact{
			Subscription: sub, On: on, Refunds: known[sub.ContractID], Weight: weights[id], Unbilled: unbilled[id],
		})
	}
	return out, nil
}

// Called is what a person calls the subscription.
func (i Impact) Called() string { return called(i.Subscription) }

func called(s subscription.Subscription) string {
	if s.ProductName == "" {
		return s.ExternalID
	}
	return s.ProductName
}

// refundable refuses a refund where the setting gives none.
func refundable(ctx context.Context, tx *gorm.DB, s subscription.Subscription) error {
	r, err := RefundsOf(ctx, tx, s.ContractID)
	if err != nil || r.Allowed {
		return err
	}
	return errs.Newf(errs.Conflict, "%s A refund cannot be applied to %s; deactivate it with No refund, "+
		"or change the setting first. Nothing was changed.", r.Because, called(s))
}
