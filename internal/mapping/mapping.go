// Package mapping ties provider accounts to CRM accounts: suggestions, what may be
// done by itself, what people decide, and what follows for the subscriptions
// (RULES 6). One CRM account serves at most one mapped account of a provider; the
// database holds that, this room explains it.
package mapping

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/match"
	"seatledger/internal/postgres"
	"seatledger/internal/review"
)

// Service decides mappings.
type Service struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Reviews review.Reviewer
	CRM     crm.Service
	Log     *slog.Logger
	// Enqueue puts a job of this room into the queue, in the transaction of the rows it concerns, not before the delay
	// is over.
	Enqueue func(ctx context.Context, tx *gorm.DB, job Job, delay time.Duration) error
	// Lease is how long a run is held without a sign of life; 0 means as all runs do.
	Lease time.Duration
	// Holder names this process in the leases of runs.
	Holder string
}

// Job is work for the queue.
type Job interface{ Kind() string }

// Choice is a person's (or the machine's) word about one account.
type Choice struct {
	AccountID    uuid.UUID
	CRMAccountID uuid.UUID        // with Map only
	Version      int              // of the account as the person saw it; 0: not asked
	Reason       string           // with Exclude: why; with Map: what it rests on
	DecisionID   uuid.UUID        // with Undo: the decision the person means; uuid.Nil: the last one
	FromID       uuid.UUID        // with TakeOver: the gone account
	BatchID      uuid.UUID        // with Map: the batch it belongs to; uuid.Nil: none
	Until        clock.Date       // with Snooze: the day on which it is asked about again
	Candidate    *match.Candidate // with Map: what the machine's decision rests on; nil: as suggested
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
		case !by.IsPerson() && a.DecidedByPerson:
			return change{}, errs.Newf(errs.Conflict,
				"%s has decided about %s; nothing is mapped by itself against that.", a.DecidedBy, called(a))
		case a.Mapping == account.Mapped && c.Version == 0:
			return change{}, alreadyMapped(ctx, tx, a)
		case a.Mapping == account.Excluded && c.Version == 0:
			return change{}, errs.Newf(errs.Conflict, "%s was excluded by %s. Include it again before you map it.",
				called(a), a.DecidedBy)
		}
		return change{action: actionMap, state: account.Mapped, crm: to, crmName: customer.Name, why: c.Reason,
			batch: c.BatchID, candidate: c.Candidate}, nil
	})
}

func alreadyMapped(ctx context.Context, tx *gorm.DB, a account.Account) error {
	now, err := crm.Get(ctx, tx, a.CRMAccountID.UUID)
	if err != nil {
		return err
	}
	return errs.Newf(errs.Conflict,
		"%s was mapped to %s by %s meanwhile. Nothing was changed. Open the account if you want to map it elsewhere.",
		called(a), now.Name, a.DecidedBy)
}

// Unmap takes the tie away: the subscriptions lose customer, contract and sign-off and are held.
func (s *Service) Unmap(ctx context.Context, by audit.Actor, c Choice) error {
	return s.decide(ctx, by, c, func(_ *gorm.DB, a account.Account) (change, error) {
		if a.Mapping != account.Mapped {
			return change{}, errs.Newf(errs.Conflict, "%s is not mapped, so there is nothing to take away.", called(a))
		}
		return change{action: actionUnmap, state: account.Unmapped, why: c.Reason}, nil
	})
}

// Exclude says that an account is nobody's customer, with the reason. A mapped one
// loses its CRM account thereby; whoever must not overwrite a mapping unseen gives
// the version that was seen.
func (s *Service) Exclude(ctx context.Context, by audit.Actor, c Choice) error {
	if c.Reason == "" {
		f := errs.Fields{}
		f.Add("reason", "Say why this account is nobody's customer.")
		return f.Err()
	}
	return s.decide(ctx, by, c, func(_ *gorm.DB, a account.Account) (change, error) {
		if a.Mapping == account.Excluded && a.ExcludeReason == c.Reason {
			return change{}, nil
		}
		return change{action: actionExclude, state: account.Excluded, why: c.Reason, reason: c.Reason}, nil
	})
}

// Include takes an exclusion back: the account waits to be mapped again.
func (s *Service) Include(ctx context.Context, by audit.Actor, c Choice) error {
	return s.decide(ctx, by, c, func(_ *gorm.DB, a account.Account) (change, error) {
		if a.Mapping != account.Excluded {
			return change{}, errs.Newf(errs.Conflict, "%s is not excluded.", called(a))
		}
		return change{action: actionInclude, state: account.Unmapped}, nil
	})
}
