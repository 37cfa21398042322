package subscription

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
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
