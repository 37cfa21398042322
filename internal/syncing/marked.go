package syncing

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Unreadable is a person's word that an account cannot be read for long.
type Unreadable struct {
	Since    time.Time
	Why      string
	MarkedBy string
}

// UnreadableMark is the mark of an account; false where there is none.
func UnreadableMark(ctx context.Context, db *gorm.DB, accountID uuid.UUID) (Unreadable, bool, error) {
	var us []Unreadable
	err := db.WithContext(ctx).Raw(`SELECT since, why, marked_by FROM unreadable_accounts WHERE account_id = ?`,
		accountID).Scan(&us).Error
	if err != nil || len(us) == 0 {
		return Unreadable{}, false, err
	}
	return us[0], true, nil
}

const whyLimit = 500

// MarkUnreadable says that an account cannot be read for long, and why: it is still asked, its subscriptions stay as
// they are, and it holds back what is missing elsewhere no longer. Without a reason the mark is taken back.
func (s *Service) MarkUnreadable(ctx context.Context, by audit.Actor, accountID uuid.UUID, why string) error {
	why = strings.TrimSpace(why)
	if len([]rune(why)) > whyLimit {
		return errs.Fields{"why": "Keep it to 500 characters."}.Err()
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		a, err := account.Lock(ctx, tx, accountID)
		if err != nil {
			return err
		}
		was, marked, err := UnreadableMark(ctx, tx, accountID)
		if err != nil {
			return err
		}
		if !marked && why == "" {
			return errs.Fields{"why": "Say why it cannot be read."}.Err()
		}
		action := "account.unreadable"
		if why == "" {
			action = "account.readable"
			err = tx.Exec(`DELETE FROM unreadable_accounts WHERE account_id = ?`, accountID).Error
		} else {
			err = tx.Exec(`INSERT INTO unreadable_accounts (account_id, since, why, marked_by) VALUES (?, ?, ?, ?)
				ON CONFLICT (account_id) DO UPDATE SET why = excluded.why, marked_by = excluded.marked_by`,
				accountID, s.Clock.Now(), why, by.Name).Error
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: action, ObjectType: "account",
			ObjectID: a.ID.String(), ObjectName: nameOr(a.Name, a.ExternalID),
			Before: map[string]any{"why": was.Why}, After: map[string]any{"why": why}})
	})
}

// LastFailure is why the last run that noted the account could not read it; empty where it could.
func LastFailure(ctx context.Context, db *gorm.DB, accountID uuid.UUID) (string, error) {
	var causes []string
	err := db.WithContext(ctx).Raw(`SELECT CASE WHEN outcome = 'changed' THEN '' ELSE cause END FROM sync_run_accounts
		WHERE account_id = ? ORDER BY at DESC LIMIT 1`, accountID).Scan(&causes).Error
	if err != nil || len(causes) == 0 {
		return "", err
	}
	return causes[0], nil
}
