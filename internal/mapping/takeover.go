package mapping

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
)

// TakeOver releases the CRM account of a gone account and ties it to its successor,
// which has the same tenant id, in one step (RULES 6). Choice.FromID is the gone one.
func (s *Service) TakeOver(ctx context.Context, by audit.Actor, c Choice) error {
	return s.decide(ctx, by, c, func(tx *gorm.DB, heir account.Account) (change, error) {
		gone, err := account.Lock(ctx, tx, c.FromID)
		if err != nil {
			return change{}, err
		}
		if err := mayInherit(heir, gone); err != nil {
			return change{}, err
		}
		customer, err := crm.Get(ctx, tx, gone.CRMAccountID.UUID)
		if err != nil {
			return change{}, err
		}
		return change{
			action: actionMap, state: account.Mapped, crm: uuid.NullUUID{UUID: customer.ID, Valid: true},
			crmName: customer.Name,
			why:     "taken over from " + called(gone) + ": same tenant id",
			first: &step{gone, change{action: actionUnmap, state: account.Unmapped,
				why: "gone; taken over by " + called(heir)}},
		}, nil
	})
}

func mayInherit(heir, gone account.Account) error {
	switch {
	case heir.Mapping != account.Unmapped:
		return errs.Newf(errs.Conflict, "%s is %s already, by %s. Nothing was changed.", called(heir), heir.Mapping,
			heir.DecidedBy)
	case gone.Mapping != account.Mapped:
		return errs.Newf(errs.Conflict,
			"%s is no longer mapped, so there is nothing to take over. Nothing was changed.", called(gone))
	case gone.Status != account.Gone:
		return errs.Newf(errs.Conflict,
			"The distributor still lists %s, so its CRM account is not free to be taken over. Nothing was changed.",
			called(gone))
	case gone.ProviderID != heir.ProviderID:
		return errs.Newf(errs.Conflict,
			"%s belongs to another provider, where it may keep its CRM account. Nothing was changed.", called(gone))
	case gone.TenantID == "" || !strings.EqualFold(gone.TenantID, heir.TenantID):
		return errs.Newf(errs.Conflict,
			"%s and %s do not have the same tenant id. Take the mapping of the one away and map the other by hand. "+
				"Nothing was changed.", called(gone), called(heir))
	}
	return nil
}
