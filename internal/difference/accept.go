package difference

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/reconcile"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/plan"
)

// acceptable are the kinds that the ledger can take from the bill: another number of seats, or another day.
var acceptable = map[Kind]bool{reconcile.Quantity: true, reconcile.NotBilledOn: true, reconcile.Period: true,
	reconcile.OnlyOnBill: true}

// Accept lets the ledger have from a day on the seats that the bill has on it. Where a person enters the seats, a
// change is entered; where the distributor reports them, the row that reached as many moves to that day, for how many
// there are now only it can say.
func (s Service) Accept(ctx context.Context, by audit.Actor, step Step) error {
	return s.alone(ctx, by, func(tx *gorm.DB) (audit.Event, error) { return s.accept(ctx, tx, by, step) })
}

func (s Service) accept(ctx context.Context, tx *gorm.DB, by audit.Actor, step Step) (audit.Event, error) {
	on, err := clock.ParseDate(step.On)
	if err != nil || on.IsZero() {
		return audit.Event{},
			errs.Fields{"effective_at": "Enter the day from which the ledger is to have it, as 2026-03-31."}.Err()
	}
	r, err := open(ctx, tx, step.ID, step.Version)
	if err != nil {
		return audit.Event{}, err
	}
	if why := notAcceptable(r); why != "" {
		return audit.Event{}, errs.New(errs.Conflict, why+" Nothing was changed.")
	}
	seats, err := s.onBill(ctx, tx, r, on)
	if err != nil {
		return audit.Event{}, err
	}
	if err := s.enter(ctx, tx, by, r, on, seats); err != nil {
		return audit.Event{}, err
	}
	if s.Touched != nil {
		if err := s.Touched(tx, r.SubscriptionID.UUID); err != nil {
			return audit.Event{}, err
		}
	}
	e, err := s.decide(ctx, tx, by, r, decision{state: Accepted, reason: fmt.Sprintf("%d seats from %s on", seats,
		on)})
	return e, err
}

func notAcceptable(r Row) string {
	switch {
	case !r.SubscriptionID.Valid:
		return "No subscription of ours is meant, so there is no ledger to correct. Say which one it is first."
	case !acceptable[r.Kind]:
		return "The ledger cannot take this from the bill. Bill it, dispute it, or dismiss it."
	}
	return ""
}

// onBill is how many seats the bill has on a day.
func (s Service) onBill(ctx context.Context, tx *gorm.DB, r Row, on clock.Date) (int, error) {
	lines, err := charges(ctx, tx, r)
	if err != nil {
		return 0, err
	}
	for _, l := range lines {
		if !l.FromOn.After(on) && on.Before(l.ToOn) {
			n := seatsOn(lines, on)
			if !n.Equal(decimal.NewFromInt(n.IntPart())) || n.Sign() < 0 {
				return 0, errs.New(errs.Conflict,
					"The bill has no whole number of seats on that day. Nothing was changed.")
			}
			return int(n.IntPart()), nil
		}
	}
	return 0,
		errs.Fields{"effective_at": "The bill charges no seats on that day. Choose one of the days of its lines."}.Err()
}

func (s Service) enter(ctx context.Context, tx *gorm.DB, by audit.Actor, r Row, on clock.Date, seats int) error {
	act := subscription.Act{ID: r.SubscriptionID.UUID, Zone: s.Zone,
		Origin: ledger.Origin{Source: ledger.FromPerson, By: by, At: s.Clock.Now()}}
	note := short("from the bill " + r.Bill)
	var byHand bool
	err := tx.WithContext(ctx).Raw(`SELECT p.connector = 'manual' FROM subscriptions s JOIN providers p ON p.id =
		s.provider_id
		WHERE s.id = ?`, act.ID).Row().Scan(&byHand)
	if err != nil {
		return fmt.Errorf("provider of a subscription: %w", err)
	}
	if byHand {
		_, err := subscription.SetQuantity(ctx, tx, act, subscription.Quantity{Seats: seats, On: on, Note: note})
		return named(err)
	}
	h, err := history.One(ctx, tx, act.ID)
	if err != nil {
		return err
	}
	for _, row := range plan.SeatRows(h) {
		if row.Reached == seats && row.On.After(on) {
			_, err := subscription.CorrectChange(ctx, tx, act, subscription.Correction{ChangeID: row.ID, On: on,
				Note: note})
			return named(err)
		}
	}
	return errs.Newf(errs.Conflict,
		"The distributor has not reported %d seats after that day, and how many there are only it "+
			"can say. Sync first; then the change is moved to its day. Nothing was changed.", seats)
}

// named tells a refusal at the field of the form.
func named(err error) error {
	fields := errs.FieldsOf(err)
	for _, from := range []string{"quantity", "note", "on"} {
		if says := fields[from]; says != "" {
			return errs.Fields{"effective_at": says}.Err()
		}
	}
	return err
}

// Reach says how far a change of the ledger on a day would reach into what is billed already; empty: it does not.
func (s Side) Reach(on clock.Date) string {
	if s.billedTo.IsZero() || !on.Before(s.billedTo) {
		return ""
	}
	return fmt.Sprintf("Days up to %s are billed already: the next run of the contract charges or credits what changes on them.",
		s.billedTo.AddDays(-1))
}

// Acceptable tells whether the ledger can take it from the bill.
func (r Row) Acceptable() bool { return notAcceptable(r) == "" }

// Billable tells whether it may be billed to the customer.
func (r Row) Billable() bool { return notBillable(r) == "" }
