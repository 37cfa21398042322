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

// standing is a subscription under lock, with what an act on it depends on.
type standing struct {
	Subscription
	account  Account
	timeline ledger.Timeline
}

// act locks a subscription, plans with decide and writes the plan. It gives the row as it now stands.
func act(ctx context.Context, tx *gorm.DB, a Act, decide func(standing) (Plan, error)) (Subscription, error) {
	was, err := stand(ctx, tx, a)
	if err != nil {
		return Subscription{}, err
	}
	plan, err := decide(was)
	if err != nil || plan.Empty() {
		return was.Subscription, err
	}
	plan.Row.Version++
	plan.Changed = true
	_, err = apply(ctx, tx, a.Origin, []Plan{plan})
	return plan.Row, err
}

func stand(ctx context.Context, tx *gorm.DB, a Act) (standing, error) {
	s, err := Lock(ctx, tx, a.ID)
	if err != nil {
		return standing{}, err
	}
	if a.Version != 0 && a.Version != s.Version {
		return standing{}, errs.Because(errs.Conflict, "Somebody changed this subscription while you were at it. Nothing was saved; look at it again.", ErrStale)
	}
	var acc Account
	err = tx.WithContext(ctx).Raw(`SELECT id, external_id, state, crm_account_id FROM provider_accounts WHERE id = ?`, s.AccountID).Scan(&acc).Error
	if err != nil {
		return standing{}, err
	}
	lines, err := ledger.Timelines(ctx, tx, []uuid.UUID{s.ID})
	return standing{Subscription: s, account: acc, timeline: lines[s.ID]}, err
}

func (s standing) draft() *draft { return draftOf(s.Subscription, s.account.State, s.timeline) }
