package subscription

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
)

// HoldBack turns a new twin's hold into the cut-over's: it waits for its switch day,
// from which it will be billed (RULES 9). No ledger row is written.
func HoldBack(ctx context.Context, tx *gorm.DB, a Act, from clock.Date) (Subscription, error) {
	return handOver(ctx, tx, a, func(s standing) (Plan, error) { return planHoldBack(s, from) })
}

func planHoldBack(s standing, from clock.Date) (Plan, error) {
	if s.CutoverHold {
		return Plan{}, errs.New(errs.Conflict, "A cut-over holds this subscription back already. Nothing was changed.")
	}
	d := s.draft()
	d.Row.TwinHold, d.Row.NoTwin, d.Row.CutoverHold, d.Row.BillableFrom = false, false, true, from
	d.derive()
	return d.finish(&s.Subscription), nil
}

// GiveBack takes HoldBack back: the new one waits for a person as a twin again, or
// goes on unheld where was says that it did. What a person has set meanwhile stays:
// contract and price go back only where they are still what the cut-over carried over.
func GiveBack(ctx context.Context, tx *gorm.DB, a Act, was, carried Local) (Subscription, error) {
	return handOver(ctx, tx, a, func(s standing) (Plan, error) { return planGiveBack(s, a.Today(), was, carried) })
}

func planGiveBack(s standing, today clock.Date, was, carried Local) (Plan, error) {
	if !s.CutoverHold {
		return Plan{}, errs.New(errs.Conflict, "No cut-over holds this subscription back. Nothing was changed.")
	}
	d := s.draft()
	r := &d.Row
	r.CutoverHold, r.BillableFrom = false, clock.Date{}
	r.TwinHold, r.NoTwin = was.TwinHold && s.State != Inactive, was.NoTwin
	price := r.Price()
	if carried.Price().Equal(price) && carried.PriceByPerson == r.PriceByPerson {
		r.UnitPrice, r.PricePeriod, r.Currency, r.PriceItemID, r.PriceByPerson = was.UnitPrice, was.PricePeriod, was.Currency, was.PriceItemID, was.PriceByPerson
	}
	if carried.ContractID == r.ContractID && carried.CRMAccountID == r.CRMAccountID && was.CRMAccountID == r.CRMAccountID {
		r.ContractID, r.NeverLand = was.ContractID, was.NeverLand
	}
	d.derive()
	if price.Value.Valid {
		d.reprice(price, today, "the cut-over's confirmation was taken back")
	}
	return d.finish(&s.Subscription), nil
}

// Release ends the cut-over's hold of a new twin. Billing goes on from through, or
// from where it stands already if that is later. What was held is caught up from there.
func Release(ctx context.Context, tx *gorm.DB, a Act, through clock.Date) (Subscription, error) {
	return handOver(ctx, tx, a, func(s standing) (Plan, error) {
		if !s.CutoverHold {
			return Plan{}, errs.New(errs.Conflict, "No cut-over holds this subscription back, so there is nothing to release. Nothing was changed.")
		}
		d := s.draft()
		d.Row.CutoverHold, d.Row.BilledThrough = false, latest(s.BilledThrough, through)
		d.derive()
		return d.finish(&s.Subscription), nil
	})
}

// HoldAgain takes Release back; through is where billing stood before it.
func HoldAgain(ctx context.Context, tx *gorm.DB, a Act, through clock.Date) (Subscription, error) {
	return handOver(ctx, tx, a, func(s standing) (Plan, error) {
		d := s.draft()
		d.Row.CutoverHold, d.Row.BilledThrough = true, through
		d.derive()
		return d.finish(&s.Subscription), nil
	})
}

// TakeUpAgain takes the cut-over's end of a frozen old one back, from the very day on
// which it ended, so that no day is lost. Its row is archived: the days before the
// switch were charged already, and a frozen one has none after it.
func TakeUpAgain(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	return act(ctx, tx, a, planTakeUpAgain)
}

func planTakeUpAgain(s standing) (Plan, error) {
	if s.DeactivatedBy != ByCutover || !s.Frozen() {
		return Plan{}, errs.New(errs.Conflict, "No cut-over has ended this subscription, so there is nothing to take back. Nothing was changed.")
	}
	on := s.DeactivatedOn
	d := s.draft()
	d.Row.DeactivatedBy = NotDeactivated
	d.derive()
	d.enter(ledger.Change{Event: ledger.Activate, Reason: ledger.ByCutover, EffectiveAt: on, Delta: d.Row.Billable() - d.seats, Billing: ledger.Archived})
	return d.finish(&s.Subscription), nil
}
