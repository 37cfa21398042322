package syncing

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/provider"
	"seatledger/internal/runs"
)

// Request asks for a run.
type Request struct {
	ProviderID        uuid.UUID
	Kind              Kind
	Trigger           Trigger
	AccountID         *uuid.UUID // only this account
	ContractID        *uuid.UUID // a contract's own sync: the account of its customer
	OnlyAccounts      []string   // external ids; a retry of the failed
	OnlyExternalIDs   []string   // subscriptions ticked in a contract's preview
	RetryOf           *uuid.UUID
	ThenSubscriptions bool
	Anyway            bool       // sync without a fresh check
	AllowGone         bool       // a person agreed to what the guard stopped
	Dry               bool       // only plan what would change
	AppliesRunID      *uuid.UUID // carry out the plan of that run
}

// Request queues a run together with its job, or finds the one of this provider
// that has not ended; found says which. errs.Conflict when the provider is
// inactive, has nothing to read, or was not verified and the request does not insist.
func (s *Service) Request(ctx context.Context, by audit.Actor, q Request) (run Run, found bool, err error) {
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		_, err := held(ctx, tx, q.ProviderID) // refused even while its last run is still ending
		return err
	})
	if err != nil {
		return Run{}, false, err
	}
	id, found, err := s.desk().Request(ctx, q.ProviderID, s.adding(ctx, by, q))
	if err != nil {
		return Run{}, false, err
	}
	run, err = Get(ctx, s.DB.Read(ctx), id)
	return run, found, err
}

// requestIn is Request within a transaction.
func (s *Service) requestIn(ctx context.Context, tx *gorm.DB, by audit.Actor, q Request) error {
	_, _, err := s.desk().RequestIn(ctx, tx, q.ProviderID, s.adding(ctx, by, q))
	return err
}

// adding stores a run that is not refused.
func (s *Service) adding(ctx context.Context, by audit.Actor, q Request) func(tx *gorm.DB) (uuid.UUID, error) {
	return func(tx *gorm.DB) (uuid.UUID, error) {
		p, err := held(ctx, tx, q.ProviderID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := maySync(p, q); err != nil {
			return uuid.Nil, err
		}
		run := s.newRun(by, q)
		if err := tx.Create(&run).Error; err != nil {
			return uuid.Nil, fmt.Errorf("queue run: %w", err)
		}
		return run.ID, nil
	}
}

// held reads a provider that may sync, and keeps it from being deactivated until commit.
func held(ctx context.Context, tx *gorm.DB, id uuid.UUID) (provider.Provider, error) {
	if err := tx.WithContext(ctx).Exec(`SELECT 1 FROM providers WHERE id = ? FOR SHARE`, id).Error; err != nil {
		return provider.Provider{}, err
	}
	p, err := provider.Get(ctx, tx, id)
	if err == nil && !p.Active && p.Connector != distributor.Manual {
		err = errs.Newf(errs.Conflict, "%s is deactivated and syncs nothing. Activate it first.", p.Name)
	}
	return p, err
}

func (s *Service) newRun(by audit.Actor, q Request) Run {
	r := Run{
		Head: runs.NewHead(s.Clock, by, q.Trigger), ProviderID: q.ProviderID, Kind: q.Kind,
		AccountID: q.AccountID, ContractID: q.ContractID, OnlyAccounts: q.OnlyAccounts,
		OnlyExternalIDs: q.OnlyExternalIDs, RetryOf: q.RetryOf, ThenSubscriptions: q.ThenSubscriptions,
		Anyway: q.Anyway, AllowGone: q.AllowGone,
		Dry: q.Dry, AppliesRunID: q.AppliesRunID,
	}
	if r.OnlyAccounts == nil {
		r.OnlyAccounts = []string{}
	}
	if r.OnlyExternalIDs == nil {
		r.OnlyExternalIDs = []string{}
	}
	return r
}

func maySync(p provider.Provider, q Request) error {
	switch {
	case p.Connector == distributor.Manual:
		return errs.New(errs.Conflict,
			"A manual provider has nothing to sync: its accounts and subscriptions are entered or imported by hand.")
	case q.Trigger == ByNight || q.Anyway:
		return nil
	}
	switch p.Connectivity() {
	case provider.Unverified:
		return unverified("%s has not been verified yet. Verify the connectivity first, or choose to sync anyway.",
			p.Name)
	case provider.Stale:
		return unverified("The credentials of %s were edited since they were verified. "+
			"Verify again, or choose to sync anyway.", p.Name)
	case provider.CheckFailed:
		return unverified("The last connectivity check of %s failed. Verify again, or choose to sync anyway.", p.Name)
	}
	return nil
}

// ErrUnverified is the cause of a refusal that a person may overrule by Request.Anyway.
var ErrUnverified = errors.New("syncing: the provider is not verified")

func unverified(format, name string) error {
	return errs.Because(errs.Conflict, fmt.Sprintf(format, name), ErrUnverified)
}
