package subscription

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// SetContract puts a subscription into a contract of its customer, or takes it out of
// any when contractID is unset. One that was moved here from another account thereby
// gets the customer of its account. The price is the contract's list's, unless a
// person set it; a price that stood and is replaced leaves a row in the ledger.
func SetContract(ctx context.Context, tx *gorm.DB, a Act, contractID uuid.NullUUID) (Subscription, error) {
	now, err := act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
		if !contractID.Valid {
			return leaveContract(s), nil
		}
		return enterContract(ctx, tx, a, s, contractID)
	})
	if err != nil || !contractID.Valid {
		return now, err
	}
	_, err = ledger.ArchiveBefore(ctx, tx, a.Origin.By, []uuid.UUID{a.ID})
	return now, err
}

func leaveContract(s plan.Current) plan.Plan {
	d := s.Draft()
	customer := d.Row.CRMAccountID
	plan.Unsettle(&d.Row)
	d.Row.CRMAccountID, d.Row.TwinHold = customer, s.TwinHold
	d.Row.NeverLand = true // a person took it out: it does not come back by itself
	d.Derive()
	return d.Finish(&s.Subscription)
}

func enterContract(ctx context.Context, tx *gorm.DB, a Act, s plan.Current, contractID uuid.NullUUID) (plan.Plan, error) {
	if s.Account.State != account.Mapped {
		return plan.Plan{}, errs.New(errs.Conflict, "Its account is not mapped to a customer yet. Map the account first; nothing was changed.")
	}
	found, err := arrive(ctx, tx, arrivals{
		rows: []arrival{{row: s.Subscription}}, crmAccountID: s.Account.CRMAccountID.UUID, contract: contractID, today: a.Today()})
	if err != nil {
		return plan.Plan{}, err
	}
	to := found[0]
	if !to.landing.ContractID.Valid {
		return plan.Plan{}, errs.Fields{"contract_id": "Choose an active contract of this customer."}.Err()
	}
	d := s.Draft()
	newCustomer := d.Row.CRMAccountID != s.Account.CRMAccountID
	d.Settle(to.landing)
	if newCustomer {
		d.Row.TwinHold = to.twin && d.Row.State != Inactive
	}
	d.Derive()
	return d.Finish(&s.Subscription), nil
}

func contractsOf(s Subscription) []uuid.UUID {
	if !s.ContractID.Valid {
		return nil
	}
	return []uuid.UUID{s.ContractID.UUID}
}
