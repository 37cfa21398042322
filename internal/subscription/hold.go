package subscription

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/errs"
)

// DeclareNoTwin notes a person's word that a subscription is not another provider's
// again, and releases it. The word stands for good (RULES 3).
func DeclareNoTwin(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	return act(ctx, tx, a, func(s standing) (Plan, error) {
		d := s.draft()
		d.Row.NoTwin, d.Row.TwinHold = true, false
		d.derive()
		return d.finish(&s.Subscription), nil
	})
}

// HoldAsTwin holds a subscription until a person says whether it is another
// provider's again; one of which that was said already is left as it is.
func HoldAsTwin(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	return twinHold(ctx, tx, a, false)
}

// Undeclare takes DeclareNoTwin back: it waits for a person's word again.
func Undeclare(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	return twinHold(ctx, tx, a, true)
}

func twinHold(ctx context.Context, tx *gorm.DB, a Act, anyway bool) (Subscription, error) {
	return act(ctx, tx, a, func(s standing) (Plan, error) {
		d := s.draft()
		if s.State == Inactive || s.NoTwin && !anyway {
			return d.finish(&s.Subscription), nil
		}
		d.Row.NoTwin, d.Row.TwinHold = false, true
		d.derive()
		return d.finish(&s.Subscription), nil
	})
}

// ConfirmGone notes that a person has seen that a subscription is gone.
func ConfirmGone(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	return act(ctx, tx, a, func(s standing) (Plan, error) {
		if s.Status != "missing" {
			return Plan{}, errs.New(errs.Conflict, "The distributor lists this subscription, so there is nothing to confirm.")
		}
		d := s.draft()
		at := a.Origin.At
		d.Row.MissingConfirmedAt = &at
		return d.finish(&s.Subscription), nil
	})
}
