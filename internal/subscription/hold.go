package subscription

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription/plan"
)

// DeclareNoTwin notes a person's word that a subscription is not another provider's
// again, and releases it. The word stands for good (RULES 3).
func DeclareNoTwin(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	return act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		d := s.Draft()
		d.Row.NoTwin, d.Row.TwinHold = true, false
		d.Derive()
		return d.Finish(&s.Subscription), nil
	})
}

// HoldAsTwins holds subscriptions until a person says whether they are another
// provider's again; one of which that was said already is left as it is. It gives the
// ids that changed.
func HoldAsTwins(ctx context.Context, tx *gorm.DB, ids []uuid.UUID, o ledger.Origin) ([]uuid.UUID, error) {
	rows, err := lockMany(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	accounts, err := accountStates(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	var plans []plan.Plan
	for i := range rows {
		s := &rows[i]
		if s.State == Inactive || s.NoTwin {
			continue
		}
		d := plan.DraftOf(*s, accounts[s.AccountID], nil)
		d.Row.TwinHold = true
		d.Derive()
		p := d.Finish(s)
		if p.Changed {
			p.Row.Version++
		}
		plans = append(plans, p)
	}
	return apply(ctx, tx, o, plans)
}

func accountStates(ctx context.Context, tx *gorm.DB, rows []Subscription) (map[uuid.UUID]account.State, error) {
	ids := make([]uuid.UUID, len(rows))
	for i, s := range rows {
		ids[i] = s.AccountID
	}
	var found []Account
	if err := tx.WithContext(ctx).
		Raw(`SELECT id, external_id, state, crm_account_id FROM provider_accounts WHERE id = ANY (?::uuid[])`,
			postgres.IDs(ids)).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("accounts of subscriptions: %w", err)
	}
	states := make(map[uuid.UUID]account.State, len(found))
	for _, a := range found {
		states[a.ID] = a.State
	}
	return states, nil
}

// Undeclare takes DeclareNoTwin back: it waits for a person's word again.
func Undeclare(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	return act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		d := s.Draft()
		d.Row.NoTwin, d.Row.TwinHold = false, s.State != Inactive
		d.Derive()
		return d.Finish(&s.Subscription), nil
	})
}

// ConfirmGone notes that a person has seen that a subscription is gone.
func ConfirmGone(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	return act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		if s.Status != "missing" {
			return plan.Plan{}, errs.New(errs.Conflict,
				"The distributor lists this subscription, so there is nothing to confirm.")
		}
		d := s.Draft()
		at := a.Origin.At
		d.Row.MissingConfirmedAt = &at
		return d.Finish(&s.Subscription), nil
	})
}
