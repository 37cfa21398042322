package subscription

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// SetContract is SetContractFrom the first unpaid day on.
func SetContract(ctx context.Context, tx *gorm.DB, a Act, contractID uuid.NullUUID) (Subscription, error) {
	return SetContractFrom(ctx, tx, a, contractID, clock.Date{})
}

// SetContractFrom puts a subscription into a contract of its customer, or takes it out of
// any when contractID is unset. One that was moved here from another account thereby
// gets the customer of its account. Days from that day on belong to it, never a paid one
// (RULES 5 and 8); no day: from the first unpaid one. The price is the contract's
// list's, unless a person's own holds there.
func SetContractFrom(ctx context.Context, tx *gorm.DB, a Act, contractID uuid.NullUUID,
	day clock.Date) (Subscription, error) {
	if err := landsOn(ctx, tx, day); err != nil {
		return Subscription{}, err
	}
	now, err := actOnPrice(ctx, tx, a, func(s plan.Current, h history.History) (plan.Plan, error) {
		same := s.ContractID == contractID && s.CRMAccountID == s.Account.CRMAccountID
		if err := landable(h, day, a.Today(), same); err != nil || same && contractID.Valid {
			return plan.Plan{}, err
		}
		if !contractID.Valid {
			return leaveContract(s), nil
		}
		return enterContract(ctx, tx, a, s, contractID)
	})
	if err == nil {
		err = landsOn(ctx, tx, clock.Date{})
	}
	if err != nil || !contractID.Valid {
		return now, err
	}
	_, err = ledger.ArchiveBefore(ctx, tx, a.Origin.By, []uuid.UUID{a.ID})
	return now, err
}

// landsOn tells the database the day from which a contract holds that is set in this transaction; zero: the first
// unpaid one.
func landsOn(ctx context.Context, tx *gorm.DB, day clock.Date) error {
	if err := tx.WithContext(ctx).Exec(`SELECT set_config('seatledger.lands_on', ?, true)`,
		day.String()).Error; err != nil {
		return fmt.Errorf("day of a contract: %w", err)
	}
	return nil
}

// landable refuses a day from which a contract cannot hold, with what to do instead.
func landable(h history.History, on, today clock.Date, same bool) error {
	if on.IsZero() {
		return nil
	}
	problems := errs.Fields{}
	datable(problems, h, on, today)
	var paid clock.Date
	for _, id := range h.Contracts() {
		paid = clock.Later(paid, h.PaidTo(id))
	}
	switch {
	case on.Before(paid):
		problems.Add("effective_on", "Days before %s are on an invoice already, and a paid day stays with its "+
			"contract. Choose %s or a later day, or credit those days to be billed again first.", paid, paid)
	case same:
		problems.Add("effective_on", "It stands in this contract already. Choose another contract for the days from "+
			"%s on.", on)
	}
	return problems.Err()
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

func enterContract(ctx context.Context, tx *gorm.DB, a Act, s plan.Current,
	contractID uuid.NullUUID) (plan.Plan, error) {
	if s.Account.State != account.Mapped {
		return plan.Plan{}, errs.New(errs.Conflict,
			"Its account is not mapped to a customer yet. Map the account first; nothing was changed.")
	}
	found, err := arrive(ctx, tx, arrivals{
		rows: []arrival{{row: s.Subscription}}, crmAccountID: s.Account.CRMAccountID.UUID, contract: contractID,
		today: a.Today()})
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
