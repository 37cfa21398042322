package mapping

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
)

// Swap takes a CRM account over from the account that holds it.
type Swap struct {
	AccountID     uuid.UUID
	CRMAccountID  uuid.UUID
	HolderID      uuid.UUID // as the person saw it
	Version       int       // of the account, as the person saw it
	HolderVersion int
	Exchange      bool // the holder gets the CRM account that this account has
	Reason        string
}

// SwapMapping releases the CRM account where it is and ties it to the account, in one
// step that is undone as one. With Exchange the holder gets what the account had;
// else it waits to be mapped. Subscriptions of both follow, as with any re-mapping.
func (s *Service) SwapMapping(ctx context.Context, by audit.Actor, w Swap) error {
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		a, h, err := lockBoth(ctx, tx, w.AccountID, w.HolderID)
		if err != nil {
			return err
		}
		if err := w.fits(a, h); err != nil {
			return err
		}
		steps, err := w.steps(ctx, tx, a, h)
		if err != nil {
			return err
		}
		events, err := s.carryTogether(ctx, tx, by, steps...)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, events...)
	})
	return s.named(ctx, err, w.AccountID, w.CRMAccountID)
}

// lockBoth locks two accounts in one order, so that two people who swap do not wait for each other.
func lockBoth(ctx context.Context, tx *gorm.DB, one, other uuid.UUID) (a, b account.Account, err error) {
	if one.String() > other.String() {
		b, a, err = lockBoth(ctx, tx, other, one)
		return a, b, err
	}
	if a, err = account.Lock(ctx, tx, one); err != nil {
		return a, b, err
	}
	b, err = account.Lock(ctx, tx, other)
	return a, b, err
}

func (w Swap) fits(a, h account.Account) error {
	switch {
	case a.ProviderID != h.ProviderID:
		return errs.Newf(errs.Conflict,
			"%s belongs to another provider, where it may keep its CRM account. Nothing was changed.", called(h))
	case h.Mapping != account.Mapped || h.CRMAccountID.UUID != w.CRMAccountID:
		return errs.Newf(errs.Conflict, "%s does not hold this CRM account any more. Nothing was changed; look again.",
			called(h))
	case a.Mapping == account.Excluded:
		return errs.Newf(errs.Conflict, "%s was excluded by %s. Include it again first. Nothing was changed.",
			called(a), a.DecidedBy)
	case w.Version != 0 && w.Version != a.Version:
		return stale(a)
	case w.HolderVersion != 0 && w.HolderVersion != h.Version:
		return stale(h)
	case w.Exchange && a.Mapping != account.Mapped:
		return errs.Newf(errs.Conflict, "%s has no CRM account to give in exchange. Nothing was changed.", called(a))
	}
	return nil
}

func (w Swap) steps(ctx context.Context, tx *gorm.DB, a, h account.Account) ([]step, error) {
	take, err := mapTo(ctx, tx, w.CRMAccountID)
	if err != nil {
		return nil, err
	}
	take.why = orReason(w.Reason, "taken over from "+called(h))
	steps := []step{{h, change{action: actionUnmap, state: account.Unmapped,
		why: orReason(w.Reason, "taken over by "+called(a))}}, {a, take}}
	if !w.Exchange {
		return steps, nil
	}
	give, err := mapTo(ctx, tx, a.CRMAccountID.UUID)
	if err != nil {
		return nil, err
	}
	give.why = orReason(w.Reason, "exchanged with "+called(a))
	released := h
	released.Mapping, released.CRMAccountID = account.Unmapped, uuid.NullUUID{}
	return append(steps, step{released, give}), nil
}

func orReason(reason, otherwise string) string {
	if reason == "" {
		return otherwise
	}
	return otherwise + ": " + reason
}

// mapTo is the change that ties an account to a CRM account.
func mapTo(ctx context.Context, tx *gorm.DB, id uuid.UUID) (change, error) {
	customer, err := crm.Get(ctx, tx, id)
	return change{action: actionMap, state: account.Mapped, crm: uuid.NullUUID{UUID: id, Valid: true},
		crmName: customer.Name}, err
}
