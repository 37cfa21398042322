package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Second is what is shown at the second step of sign-in: a code of the app, a recovery code, or a passkey's answer.
type Second struct {
	Step    string // as Entry gave it
	Code    string
	Passkey string
	Address string
}

// Halfway is somebody who has come half way, with what may bring them further.
type Halfway struct {
	User     User
	App      bool // codes of an authenticator app
	Passkeys bool
	By       Means

	id uuid.UUID
}

// ErrStepOver says that the second step cannot be taken any more.
var ErrStepOver = errors.New("auth: the second step is over")

func errStepOver() error {
	return errs.Because(errs.Conflict,
		"This sign-in took too long, or had too many wrong codes. Nothing was changed. Begin again.", ErrStepOver)
}

// Half tells who stands at the second step; ErrStepOver when that is over.
func (s Service) Half(ctx context.Context, step string) (Halfway, error) {
	return s.half(ctx, s.DB.Read(ctx), step)
}

func (s Service) half(ctx context.Context, db *gorm.DB, step string) (Halfway, error) {
	var row struct {
		ID       uuid.UUID
		UserID   uuid.UUID
		ProvedBy Means
		App      bool
		Passkeys bool
	}
	found := db.WithContext(ctx).Raw(`SELECT s.id, s.user_id, s.proved_by,
			EXISTS (SELECT FROM totp_factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS app,
			EXISTS (SELECT FROM passkeys k WHERE k.user_id = u.id) AS passkeys
		FROM sign_in_steps s JOIN users u ON u.id = s.user_id
		WHERE s.hash = ? AND s.expires_at > ? AND s.tries < ? AND u.active`, hashed(step), s.trueNow(),
		stepTries).Scan(&row)
	if found.Error != nil {
		return Halfway{}, found.Error
	}
	if found.RowsAffected == 0 {
		return Halfway{}, errStepOver()
	}
	u, err := Get(ctx, db, row.UserID)
	return Halfway{User: u, App: row.App, Passkeys: row.Passkeys, By: row.ProvedBy, id: row.ID}, err
}

// Complete takes the second step: errs.Invalid at code when it is wrong, *TooMany under the limits of passwords,
// ErrStepOver when there is no more time or try.
func (s Service) Complete(ctx context.Context, in Second) (Entry, error) {
	h, err := s.Half(ctx, in.Step)
	if err != nil {
		return Entry{}, err
	}
	ctx = audit.WithFrom(ctx, audit.From{Address: in.Address})
	a := Attempt{Email: h.User.Email, Address: in.Address}
	try, err := s.reserve(ctx, a)
	if err != nil {
		return Entry{}, err
	}
	code, err := s.takeCode(ctx, h.User, in.Code, in.Passkey)
	if err != nil {
		return Entry{}, err
	}
	// A try counts before it is checked, here too.
	if err := s.countStep(ctx, h); err != nil {
		return Entry{}, err
	}
	e := Entry{Proof: Proof{User: h.User, By: h.By, Strong: true, Address: in.Address}, Session: newID()}
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		factor, err := s.checkFactor(ctx, tx, h.User, "second", in.Code, in.Passkey)
		if err != nil {
			return err
		}
		gone := tx.Exec(`DELETE FROM sign_in_steps WHERE id = ?`, h.id)
		if gone.Error != nil || gone.RowsAffected == 0 {
			return orOver(gone.Error)
		}
		if err := errors.Join(forgive(tx, a, try), codeRight(tx, code)); err != nil {
			return err
		}
		return s.admitted(ctx, tx, e, factor)
	})
	if errs.KindOf(err) == errs.Invalid {
		return Entry{}, s.wrongFactor(ctx, h.User, err)
	}
	return e, err
}

func orOver(err error) error {
	if err != nil {
		return err
	}
	return errStepOver()
}

func (s Service) countStep(ctx context.Context, h Halfway) error {
	done := s.DB.Read(ctx).Exec(`UPDATE sign_in_steps SET tries = tries + 1 WHERE id = ? AND tries < ?`, h.id,
		stepTries)
	if done.Error == nil && done.RowsAffected == 0 {
		return errStepOver()
	}
	return done.Error
}

// wrongFactor leaves a row in the trail: whoever comes so far knows the password.
func (s Service) wrongFactor(ctx context.Context, u User, answer error) error {
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		return audit.Record(ctx, tx, s.Clock, stranger(), audit.Event{Action: "second_factor.refused",
			ObjectType: "user", ObjectID: u.ID.String(), ObjectName: u.Name})
	})
	if err != nil {
		return err
	}
	return answer
}

// checkFactor proves a second factor in the transaction of what it is shown for, so that one code serves one deed.
// It tells which it was; errs.Invalid at code or passkey.
func (s Service) checkFactor(ctx context.Context, tx *gorm.DB, u User, purpose, code, passkey string) (string,
	error) {
	if passkey != "" {
		return "passkey", s.checkPasskey(ctx, tx, u, purpose, passkey)
	}
	code = tidyCode(code)
	if isAppCode(code) {
		return "app", s.checkTOTP(ctx, tx, u, code)
	}
	return byRecovery, s.useRecovery(ctx, tx, u, code)
}

// byRecovery is what the trail calls a recovery code.
const byRecovery = "recovery code"

// isAppCode tells a code of an app from one for recovery, by its looks.
func isAppCode(code string) bool {
	return len(code) == codeDigits && strings.IndexFunc(code, notDigit) < 0
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

// tidyCode leaves out what people and apps put between the characters.
func tidyCode(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, s))
}

func wrongCode() error {
	f := errs.Fields{}
	f.Add("code",
		"This code is wrong, or was used already. Wait for the next one of your app, or use a recovery code.")
	return f.Err()
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
