// Package mapping ties provider accounts to CRM accounts: suggestions, what may be
// done by itself, what people decide, and what follows for the subscriptions
// (RULES 6). One CRM account serves at most one mapped account of a provider; the
// database holds that, this room explains it.
package mapping

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
)

// Service decides mappings.
type Service struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Reviews review.Reviewer
	CRM     crm.Service
}

// Choice is a person's (or the machine's) word about one account.
type Choice struct {
	AccountID    uuid.UUID
	CRMAccountID uuid.UUID // with Map only
	Version      int       // of the account as the person saw it; 0: not asked
	Reason       string    // with Exclude: why; with Map: what it rests on
}

// Map ties an account to a CRM account. Without a version only an unmapped account,
// or one already tied to the same CRM account, is accepted: what somebody else has
// decided is never overwritten unseen. errs.Conflict names the holder of a taken one.
func (s *Service) Map(ctx context.Context, by audit.Actor, c Choice) error {
	return s.decide(ctx, by, c, func(tx *gorm.DB, a account.Account) (change, error) {
		customer, err := crm.Get(ctx, tx, c.CRMAccountID)
		if err != nil {
			return change{}, err
		}
		to := uuid.NullUUID{UUID: customer.ID, Valid: true}
		switch {
		case a.Mapping == account.Mapped && a.CRMAccountID == to:
			return change{}, nil
		case a.Mapping == account.Mapped && c.Version == 0:
			return change{}, alreadyMapped(ctx, tx, a)
		case a.Mapping == account.Excluded && c.Version == 0:
			return change{}, errs.Newf(errs.Conflict, "%s was excluded by %s. Include it again before you map it.", a.Name, a.DecidedBy)
		}
		return change{action: "map", state: account.Mapped, crm: to, crmName: customer.Name, why: c.Reason}, nil
	})
}

func alreadyMapped(ctx context.Context, tx *gorm.DB, a account.Account) error {
	now, err := crm.Get(ctx, tx, a.CRMAccountID.UUID)
	if err != nil {
		return err
	}
	return errs.Newf(errs.Conflict, "%s was mapped to %s by %s meanwhile. Nothing was changed. Open the account if you want to map it elsewhere.", a.Name, now.Name, a.DecidedBy)
}

// Unmap takes the tie away: the subscriptions lose customer, contract and sign-off and are held.
func (s *Service) Unmap(ctx context.Context, by audit.Actor, c Choice) error {
	return s.decide(ctx, by, c, func(_ *gorm.DB, a account.Account) (change, error) {
		if a.Mapping != account.Mapped {
			return change{}, errs.Newf(errs.Conflict, "%s is not mapped, so there is nothing to take away.", a.Name)
		}
		return change{action: "unmap", state: account.Unmapped, why: c.Reason}, nil
	})
}

// Exclude says that an account is nobody's customer, with the reason.
func (s *Service) Exclude(ctx context.Context, by audit.Actor, c Choice) error {
	if c.Reason == "" {
		f := errs.Fields{}
		f.Add("reason", "Say why this account is nobody's customer.")
		return f.Err()
	}
	return s.decide(ctx, by, c, func(_ *gorm.DB, a account.Account) (change, error) {
		if a.Mapping == account.Mapped && c.Version == 0 {
			return change{}, errs.Newf(errs.Conflict, "%s was mapped by %s meanwhile. Open the account if you want to exclude it all the same.", a.Name, a.DecidedBy)
		}
		return change{action: "exclude", state: account.Excluded, why: c.Reason, reason: c.Reason}, nil
	})
}

// Include takes an exclusion back: the account waits to be mapped again.
func (s *Service) Include(ctx context.Context, by audit.Actor, c Choice) error {
	return s.decide(ctx, by, c, func(_ *gorm.DB, a account.Account) (change, error) {
		if a.Mapping != account.Excluded {
			return change{}, errs.Newf(errs.Conflict, "%s is not excluded.", a.Name)
		}
		return change{action: "include", state: account.Unmapped}, nil
	})
}

// CreateAndMap makes a CRM account from the provider account and ties the two in one transaction.
func (s *Service) CreateAndMap(ctx context.Context, by audit.Actor, c Choice) (uuid.UUID, error) {
	var made uuid.UUID
	err := s.decide(ctx, by, c, func(tx *gorm.DB, a account.Account) (change, error) {
		if a.Mapping == account.Mapped {
			return change{}, alreadyMapped(ctx, tx, a)
		}
		customer, err := s.CRM.CreateIn(tx, by, "account", crm.Input{Facts: crmFacts(a)})
		if err != nil {
			return change{}, err
		}
		made = customer.ID
		return change{action: "map", state: account.Mapped, crm: uuid.NullUUID{UUID: made, Valid: true}, crmName: customer.Name, why: "CRM account made from this account"}, nil
	})
	return made, err
}

// crmFacts takes over what a CRM account can hold; what does not fit its rules is left out, not refused.
func crmFacts(a account.Account) crm.Facts {
	f := crm.Facts{Name: a.Name, Website: a.Domain, Street: a.Street, City: a.City, State: a.Facts.State, PostalCode: a.PostalCode, Country: a.Country, Phone: a.Phone}
	if f.Name == "" {
		f.Name = a.ExternalID
	}
	if _, err := crm.ParseDomain(f.Website); err != nil {
		f.Website = ""
	}
	if id, err := crm.ParseTenantID(a.TenantID); err == nil {
		f.TenantID = id
	}
	return f
}

// change is what a decision does to an account; the zero change does nothing.
type change struct {
	action  string
	state   account.State
	crm     uuid.NullUUID
	crmName string
	why     string
	reason  string // of an exclusion
	undoes  uuid.NullUUID
}

// decide locks the account, asks what to do, and carries it through to its
// subscriptions, their reviews and the trail, in one transaction.
func (s *Service) decide(ctx context.Context, by audit.Actor, c Choice, ask func(*gorm.DB, account.Account) (change, error)) error {
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		a, err := account.Lock(ctx, tx, c.AccountID)
		if err != nil {
			return err
		}
		if c.Version != 0 && c.Version != a.Version {
			return errs.Newf(errs.Conflict, "%s was changed by somebody else since you opened it (it is %s now). Nothing was changed; look at it again.", a.Name, a.Mapping)
		}
		ch, err := ask(tx, a)
		if err != nil || ch.action == "" {
			return err
		}
		return s.carry(ctx, tx, by, a, ch)
	})
	if postgres.Constraint(err) == "provider_accounts_one_crm_account" {
		return s.taken(ctx, c)
	}
	return err
}

func (s *Service) carry(ctx context.Context, tx *gorm.DB, by audit.Actor, a account.Account, ch change) error {
	if a.Mapping == account.Mapped {
		if err := noInvoices(ctx, tx, a); err != nil {
			return err
		}
	}
	now := s.Clock.Now()
	err := account.Decide(ctx, tx, a.ID, account.Decision{State: ch.state, CRMAccountID: ch.crm, ExcludeReason: ch.reason, By: by.Name, ByPerson: by.IsPerson(), Why: ch.why, At: now})
	if err != nil {
		return err
	}
	if err := remember(tx, by, a, ch, now); err != nil {
		return err
	}
	origin := ledger.Origin{Source: ledger.FromPerson, By: by, At: now}
	if !by.IsPerson() {
		origin.Source = ledger.FromSync
	}
	touched, err := subscription.FollowAccount(ctx, tx, a.ID, origin, s.Zone)
	if err != nil {
		return err
	}
	if err := s.Reviews.Refresh(ctx, tx, touched); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{
		Action: "account." + pastTense(ch.action), ObjectType: "account", ObjectID: a.ID.String(), ObjectName: a.Name,
		Before: map[string]any{"state": a.Mapping, "crm_account_id": a.CRMAccountID},
		After:  map[string]any{"state": ch.state, "crm_account_id": ch.crm, "crm_account": ch.crmName, "why": ch.why, "subscriptions": len(touched)},
	})
}

func pastTense(action string) string {
	switch action {
	case "map", "unmap":
		return action + "ped"
	case "undo":
		return "decision_undone"
	}
	return action + "d"
}

// noInvoices refuses to move what a live invoice was cut for (RULES 6).
func noInvoices(ctx context.Context, tx *gorm.DB, a account.Account) error {
	var n int
	err := tx.WithContext(ctx).Raw(`SELECT count(DISTINCT c.subscription_id) FROM license_change_status s JOIN license_changes c ON c.id = s.change_id
		JOIN subscriptions u ON u.id = c.subscription_id WHERE u.account_id = ? AND s.billing_state = 'invoiced'`, a.ID).Scan(&n).Error
	if err != nil || n == 0 {
		return err
	}
	return errs.Newf(errs.Conflict, "%d subscriptions of %s stand on invoices that are not void. Void those invoices first, or credit them, and then change the mapping. Nothing was changed.", n, a.Name)
}

func remember(tx *gorm.DB, by audit.Actor, a account.Account, ch change, now time.Time) error {
	return tx.Exec(`INSERT INTO mapping_decisions (id, account_id, at, actor, by_person, action, from_state, from_crm_account_id, to_state, to_crm_account_id, why, undoes)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		uuid.Must(uuid.NewV7()), a.ID, now, by.Name, by.IsPerson(), ch.action, a.Mapping, a.CRMAccountID, ch.state, ch.crm, ch.why, ch.undoes).Error
}

// taken names who holds the CRM account.
func (s *Service) taken(ctx context.Context, c Choice) error {
	h, err := s.HolderFor(ctx, c.AccountID, c.CRMAccountID)
	if err != nil {
		return err
	}
	return errs.Newf(errs.Conflict, "%s is already mapped to %s (%s) of the same provider, by %s. One CRM account serves one account of a provider. Choose another, or take that mapping away first.",
		h.CRMAccount, h.Name, h.ExternalID, h.DecidedBy)
}

// Holder is the mapped account that has a CRM account.
type Holder struct {
	AccountID  uuid.UUID
	Name       string
	ExternalID string
	DecidedBy  string
	CRMAccount string
}

// HolderFor finds who, at the account's provider, holds a CRM account; zero if nobody does.
func (s *Service) HolderFor(ctx context.Context, accountID, crmAccountID uuid.UUID) (Holder, error) {
	var h Holder
	err := s.DB.Read(ctx).Raw(`SELECT h.id AS account_id, h.name, h.external_id, h.decided_by, c.name AS crm_account
		FROM provider_accounts a JOIN provider_accounts h ON h.provider_id = a.provider_id AND h.state = 'mapped' AND h.crm_account_id = ?
		JOIN crm_accounts c ON c.id = h.crm_account_id WHERE a.id = ?`, crmAccountID, accountID).Scan(&h).Error
	if err != nil {
		return h, fmt.Errorf("holder: %w", err)
	}
	return h, nil
}
