package subscription

import (
	"context"
	"math"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// Quantity is a new number of seats that a person enters for a manual provider.
type Quantity struct {
	Seats int
	On    clock.Date
	Note  string
}

// SetQuantity stores it and writes the row, dated as typed (RULES 2). errs.Conflict
// where a connector reads the seats, or while the subscription is inactive.
func SetQuantity(ctx context.Context, tx *gorm.DB, a Act, q Quantity) (Subscription, error) {
	byHand, err := enteredByHand(ctx, tx, a)
	if err != nil {
		return Subscription{}, err
	}
	if !byHand {
		return Subscription{}, errs.New(errs.Conflict, "The seats of this subscription come from the distributor. Change them there; the next sync brings them.")
	}
	return act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		born := ledger.Open
		if q.Seats < s.Quantity && s.ContractID.Valid {
			states, err := refunds(ctx, tx, contractsOf(s.Subscription))
			if err != nil {
				return plan.Plan{}, err
			}
			born = states[s.ContractID.UUID]
		}
		return planQuantity(s, q, born)
	})
}

func planQuantity(s plan.Current, q Quantity, refund ledger.BillingState) (plan.Plan, error) {
	switch {
	case q.Seats < 0 || q.Seats > math.MaxInt32:
		return plan.Plan{}, errs.Fields{"quantity": "Enter a number of seats, 0 or more."}.Err()
	case s.State == Inactive:
		return plan.Plan{}, errs.New(errs.Conflict, "This subscription is inactive. Activate it first; nothing was changed.")
	case s.Frozen():
		return plan.Plan{}, errs.New(errs.Conflict, "The cut-over has frozen this subscription: from its switch day the new provider's seats count. Nothing was changed.")
	}
	d := s.Draft()
	delta := q.Seats - s.Quantity
	if delta == 0 {
		return d.Finish(&s.Subscription), nil
	}
	if last, changed := s.Timeline.LastChange(); changed && q.On.Before(last) {
		return plan.Plan{}, errs.Fields{"effective_at": "The seats changed again on " + last.String() + ". Enter that day or a later one, or correct the date of that change first."}.Err()
	}
	if err := plan.Bearable(s.Timeline, q.On, delta); err != nil {
		return plan.Plan{}, err
	}
	d.Row.Quantity = q.Seats
	row := ledger.Change{Event: ledger.Update, EffectiveAt: q.On, Delta: delta, Note: q.Note}
	if delta < 0 {
		row.Billing = refund
	}
	d.Enter(row)
	return d.Finish(&s.Subscription), nil
}

func enteredByHand(ctx context.Context, tx *gorm.DB, a Act) (bool, error) {
	var found []string
	err := tx.WithContext(ctx).Raw(`SELECT p.connector FROM subscriptions s JOIN providers p ON p.id = s.provider_id WHERE s.id = ?`, a.ID).Scan(&found).Error
	if err == nil && len(found) == 0 {
		err = errs.New(errs.NotFound, "There is no such subscription.")
	}
	return err == nil && found[0] == "manual", err
}
