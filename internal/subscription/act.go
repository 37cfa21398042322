package subscription

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// Act is what a person does to one subscription.
type Act struct {
	ID      uuid.UUID
	Version int // as the form was opened with; 0: not asked
	Origin  ledger.Origin
	Zone    *time.Location
}

// Today is the billing day of the act.
func (a Act) Today() clock.Date { return clock.DateOf(a.Origin.At, a.Zone) }

// ErrStale says that the subscription was changed after the form was opened.
var ErrStale = errors.New("subscription: changed meanwhile")

// act locks a subscription, plans with decide and writes the plan. It gives the row as it now stands.
func act(ctx context.Context, tx *gorm.DB, a Act, decide func(plan.Current) (plan.Plan, error)) (Subscription, error) {
	was, err := stand(ctx, tx, a)
	if err != nil {
		return Subscription{}, err
	}
	decided, err := decide(was)
	if err != nil || decided.Empty() {
		return was.Subscription, err
	}
	decided.Row.Version++
	decided.Changed = true
	if _, err = apply(ctx, tx, a.Origin.In(a.Zone), []plan.Plan{decided}); err != nil {
		return decided.Row, err
	}
	stored, err := Get(ctx, tx, a.ID)
	now := decided.Row
	now.CopiedPrice = stored.CopiedPrice
	return now, err
}

func stand(ctx context.Context, tx *gorm.DB, a Act) (plan.Current, error) {
	s, err := Lock(ctx, tx, a.ID)
	if err != nil {
		return plan.Current{}, err
	}
	if a.Version != 0 && a.Version != s.Version {
		return plan.Current{}, errs.Because(errs.Conflict,
			"Somebody changed this subscription while you were at it. Nothing was saved; look at it again.", ErrStale)
	}
	var acc Account
	err = tx.WithContext(ctx).Raw(`SELECT id, external_id, state, crm_account_id FROM provider_accounts WHERE id = ?`,
		s.AccountID).Scan(&acc).Error
	if err != nil {
		return plan.Current{}, err
	}
	lines, err := ledger.Timelines(ctx, tx, []uuid.UUID{s.ID})
	return plan.Current{Subscription: s, Account: acc, Timeline: lines[s.ID]}, err
}
