package mapping

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Decision is one entry of an account's mapping history.
type Decision struct {
	ID                uuid.UUID
	AccountID         uuid.UUID
	At                time.Time
	Actor             string
	Action            string
	FromState         account.State
	FromCRMAccountID  uuid.NullUUID
	FromCRMAccount    string
	FromExcludeReason string
	ToState           account.State
	ToCRMAccountID    uuid.NullUUID
	ToCRMAccount      string
	Why               string
	Because           uuid.NullUUID // the decision at another account that it was made together with
	Undone            bool
}

// Undoable tells whether the decision may be taken back: it is none itself, and was not yet.
func (d Decision) Undoable() bool { return d.Action != actionUndo && !d.Undone }

// History lists the decisions about an account, the newest first.
func History(ctx context.Context, db *gorm.DB, accountID uuid.UUID) ([]Decision, error) {
	var ds []Decision
	err := db.WithContext(ctx).Raw(`
		SELECT d.id, d.account_id, d.at, d.actor, d.action, d.from_state, d.from_crm_account_id,
			f.name AS from_crm_account, d.from_exclude_reason,
			d.to_state, d.to_crm_account_id, t.name AS to_crm_account, d.why, d.because, EXISTS (SELECT
			FROM mapping_decisions u WHERE u.undoes = d.id) AS undone
		FROM mapping_decisions d LEFT JOIN crm_accounts f ON f.id = d.from_crm_account_id LEFT
		JOIN crm_accounts t ON t.id = d.to_crm_account_id
		WHERE d.account_id = ? ORDER BY d.at DESC, d.id DESC`, accountID).Scan(&ds).Error
	return ds, err
}

// Undo restores what stood before the last decision that was not undone yet, also at
// the accounts that were decided together with it. The subscriptions return to their
// contracts and prices; signatures that have lapsed are to be given again.
func (s *Service) Undo(ctx context.Context, by audit.Actor, c Choice) error {
	var wanted uuid.UUID
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		a, err := account.Lock(ctx, tx, c.AccountID)
		if err != nil {
			return err
		}
		last, err := lastDecision(ctx, tx, a)
		if err != nil {
			return err
		}
		wanted = last.FromCRMAccountID.UUID
		if c.DecisionID != uuid.Nil && c.DecisionID != last.ID {
			return overtaken(a)
		}
		events, err := s.undoTogether(ctx, tx, by, last)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, events...)
	})
	return s.named(ctx, err, c.AccountID, wanted)
}

// undoTogether takes back a decision and those it was made together with, the last
// one first, unless somebody has decided about one of the accounts since.
func (s *Service) undoTogether(ctx context.Context, tx *gorm.DB, by audit.Actor, d Decision) ([]audit.Event, error) {
	together, err := togetherWith(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	var events []audit.Event
	for _, d := range together {
		a, err := account.Lock(ctx, tx, d.AccountID)
		if err != nil {
			return nil, err
		}
		last, err := lastDecision(ctx, tx, a)
		if err != nil {
			return nil, err
		}
		if last.ID != d.ID {
			return nil, overtaken(a)
		}
		ch, err := undoing(ctx, tx, last)
		if err != nil {
			return nil, err
		}
		_, event, err := s.carry(ctx, tx, by, step{a, ch}, uuid.NullUUID{})
		if err != nil {
			return nil, err
		}
		events = append(events, event)
	}
	return events, nil
}

// togetherWith are the decisions that were made in one step, the last one first.
func togetherWith(ctx context.Context, db *gorm.DB, d Decision) ([]Decision, error) {
	first := d.ID
	if d.Because.Valid {
		first = d.Because.UUID
	}
	var all []Decision
	err := db.WithContext(ctx).Raw(`SELECT id, account_id FROM mapping_decisions WHERE (id = ? OR because = ?)
		AND action <> 'undo' ORDER BY id DESC`, first, first).Scan(&all).Error
	return all, err
}

func overtaken(a account.Account) error {
	return errs.Newf(errs.Conflict,
		"What you want to undo is no longer the last decision about %s: it is now %s, by %s. Nothing was changed.",
		called(a), a.Mapping, a.DecidedBy)
}

func undoing(ctx context.Context, tx *gorm.DB, last Decision) (change, error) {
	ch := change{action: actionUndo, state: last.FromState, crm: last.FromCRMAccountID, crmName: last.FromCRMAccount,
		why: "undone: " + last.Action, undoes: uuid.NullUUID{UUID: last.ID, Valid: true},
		reason: last.FromExcludeReason}
	if last.FromState != account.Mapped {
		return ch, nil
	}
	return ch, tx.WithContext(ctx).Raw(`SELECT coalesce(placements::text, '') FROM mapping_decisions WHERE id = ?`,
		last.ID).Row().Scan(&ch.back)
}

// lastDecision is the newest that is neither an undo nor undone, and still describes how the account stands.
func lastDecision(ctx context.Context, tx *gorm.DB, a account.Account) (Decision, error) {
	ds, err := History(ctx, tx, a.ID)
	if err != nil {
		return Decision{}, err
	}
	for _, d := range ds {
		if d.Undoable() {
			return d, nil
		}
	}
	return Decision{}, errs.Newf(errs.Conflict, "No decision about %s is left to undo. Nothing was changed.", called(a))
}
