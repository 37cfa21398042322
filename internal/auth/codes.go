package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/notify"
)

// How many wrong codes an account takes in an hour, from all places together. Who shows one knows the password, so
// this keeps no stranger's tries from opening and locks the owner out by none; a passkey is never refused.
const (
	codeWindow    = time.Hour
	codesOfApp    = 30
	codesRecovery = 10
)

// codeKind is what a code, tidied, may be of: an app, or those kept for recovery.
func codeKind(code string) string {
	if isAppCode(code) {
		return "app"
	}
	return "recovery"
}

// takeCode counts a code before it is checked: errs.Invalid at code when there were too many wrong ones. What was
// right is given back (codeRight), and nothing else.
func (s Service) takeCode(ctx context.Context, u User, code, passkey string) (uuid.UUID, error) {
	if passkey != "" {
		return uuid.Nil, nil
	}
	kind, most := codeKind(tidyCode(code)), codesRecovery
	if kind == "app" {
		most = codesOfApp
	}
	id, now := newID(), s.Clock.Now()
	var refused error
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		refused = nil
		// One at a time per account: counting and adding must not race.
		if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, "codes "+u.ID.String()).
			Error; err != nil {
			return err
		}
		var past struct {
			N     int
			First *time.Time
		}
		err := tx.Raw(`SELECT count(*) AS n, min(at) AS first FROM code_failures WHERE user_id = ? AND kind = ?
			AND at > ?`, u.ID, kind, now.Add(-codeWindow)).Scan(&past).Error
		if err != nil {
			return err
		}
		if past.N >= most {
			refused = tooManyCodes(kind, past.First.Add(codeWindow).Sub(now))
			return s.codesGuessed(ctx, tx, u, kind, past.N)
		}
		return tx.Exec(`INSERT INTO code_failures (id, user_id, kind, at) VALUES (?, ?, ?, ?)`, id, u.ID, kind, now).
			Error
	})
	if err != nil {
		return uuid.Nil, err
	}
	return id, refused
}

// codeRight gives back the try of a code that was right. The wrong ones before it may be somebody else's and stay.
func codeRight(tx *gorm.DB, try uuid.UUID) error {
	return tx.Exec(`DELETE FROM code_failures WHERE id = ?`, try).Error
}

func tooManyCodes(kind string, wait time.Duration) error {
	says := "Too many wrong codes were shown for this account, so no code of the app is taken. Use a passkey or a " +
		"recovery code, or wait %s."
	if kind == "recovery" {
		says = "Too many wrong recovery codes were shown for this account, so none is taken. Use a passkey or a code " +
			"of the app, or wait %s."
	}
	return errs.Fields{"code": fmt.Sprintf(says, inWords(wait))}.Err()
}

// codesGuessed tells the owner, the bell and the trail, once an hour.
func (s Service) codesGuessed(ctx context.Context, tx *gorm.DB, u User, kind string, n int) error {
	now := s.Clock.Now()
	told := tx.Exec(`INSERT INTO code_warnings AS w (user_id, at) VALUES (?, ?)
		ON CONFLICT (user_id) DO UPDATE SET at = excluded.at WHERE w.at <= ?`, u.ID, now, now.Add(-codeWindow))
	if told.Error != nil || told.RowsAffected == 0 {
		return told.Error
	}
	err := AddNews(ctx, tx, News{UserID: u.ID, Email: u.Email, ByName: stranger().Name, At: now,
		Text: fmt.Sprintf("After your password, %d wrong codes of your second factor were shown within an hour. "+
			"Codes of that kind are refused for the rest of the hour. If it was not you, somebody knows your "+
			"password: choose another.", n)})
	if err != nil {
		return err
	}
	err = notify.Record(ctx, tx, s.Clock, notify.Event{Kind: notify.CodesGuessed, ObjectType: "user",
		ObjectID: u.ID.String(), ObjectName: u.Name, Text: fmt.Sprintf("Somebody who knows the password of %s showed "+
			"%d wrong codes of the second factor within an hour. Such codes are refused for the rest of it; nobody "+
			"got in by them. Ask %s whether it was them; if not, their password is known and has to be changed.",
			u.Name, n, u.Name)})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, stranger(), audit.Event{Action: "second_factor.throttled",
		ObjectType: "user", ObjectID: u.ID.String(), ObjectName: u.Name, After: map[string]any{"kind": kind, "wrong": n}})
}
