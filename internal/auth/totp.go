package auth

import (
	"bytes"
	"context"
	"image/png"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/secret"
)

// What every authenticator app understands (RFC 6238).
const (
	codeDigits = 6
	codePeriod = 30 * time.Second
	codeIssuer = "Seatledger"
	codeSkew   = 1 // steps that a telephone's clock may be off
)

// Begun is an authenticator app that is being set up.
type Begun struct {
	Secret  string // for typing
	Address string // otpauth://, as the picture holds it
	Picture []byte // PNG
}

type totpRow struct {
	ID       uuid.UUID
	Sealed   []byte
	LastStep int64
}

// BeginTOTP makes a new secret for a person's app, in place of one that was never confirmed. One in use stays so until
// the new one is confirmed.
func (s Service) BeginTOTP(ctx context.Context, u User) error {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: codeIssuer, AccountName: u.Email})
	if err != nil {
		return err
	}
	id := newID()
	sealed, err := s.Sealer.Seal(secret.FactorSecret(id), distributor.Secret(key.Secret()))
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := lockUser(tx, u.ID); err != nil {
			return err
		}
		if err := tx.Exec(`DELETE FROM totp_factors WHERE user_id = ? AND confirmed_at IS NULL`,
			u.ID).Error; err != nil {
			return err
		}
		return tx.Exec(`INSERT INTO totp_factors (id, sealed, user_id, sent_to, made_at) VALUES (?, ?, ?, ?, ?)`,
			id, sealed,
			u.ID, secret.FactorFor, s.Clock.Now()).Error
	})
}

// lockUser lets one change of a person's factors come after the other.
func lockUser(tx *gorm.DB, id uuid.UUID) error {
	return tx.Exec(`SELECT FROM users WHERE id = ? FOR UPDATE`, id).Error
}

// BegunTOTP is the app that a person is setting up; errs.NotFound when there is none.
func (s Service) BegunTOTP(ctx context.Context, u User) (Begun, error) {
	row, found, err := totpOf(s.DB.Read(ctx), u.ID, false)
	if err != nil {
		return Begun{}, err
	}
	if !found {
		return Begun{}, errs.New(errs.NotFound, "No authenticator app is being set up. Begin on your profile.")
	}
	plain, err := s.Sealer.Open(secret.FactorSecret(row.ID), row.Sealed)
	if err != nil {
		return Begun{}, err
	}
	key, err := otp.NewKeyFromURL(addressOf(u, plain.Reveal()))
	if err != nil {
		return Begun{}, err
	}
	picture, err := key.Image(240, 240)
	if err != nil {
		return Begun{}, err
	}
	var b bytes.Buffer
	err = png.Encode(&b, picture)
	return Begun{Secret: plain.Reveal(), Address: key.URL(), Picture: b.Bytes()}, err
}

// ConfirmTOTP puts the app in use once it has shown a right code, and ends the person's other sessions. The first
// factor of a person brings recovery codes, which nobody can show again.
func (s Service) ConfirmTOTP(ctx context.Context, u User, code, keep string) (codes []string, err error) {
	return codes, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		codes = nil
		if err := lockUser(tx, u.ID); err != nil {
			return err
		}
		if err := s.enrols(ctx, tx, u, keep); err != nil {
			return err
		}
		row, found, err := totpOf(tx, u.ID, false)
		if err != nil || !found {
			return orWrong(err)
		}
		step, err := s.stepOf(row, tidyCode(code))
		if err != nil {
			return err
		}
		if err := tx.Exec(`DELETE FROM totp_factors WHERE user_id = ? AND id <> ?`, u.ID, row.ID).Error; err != nil {
			return err
		}
		err = tx.Exec(`UPDATE totp_factors SET confirmed_at = ?, last_step = ? WHERE id = ?`, s.Clock.Now(), step,
			row.ID).
			Error
		if err != nil {
			return err
		}
		codes, err = s.factorAdded(ctx, tx, u, "app", "Authenticator app", keep)
		return err
	})
}

// factorAdded makes the recovery codes that belong to a first factor, and notes the new one.
func (s Service) factorAdded(ctx context.Context, tx *gorm.DB, u User, kind, name, keep string) ([]string, error) {
	ended, err := endSessions(tx, u.ID, keep)
	if err != nil {
		return nil, err
	}
	if err := tx.Exec(`DELETE FROM enrolments WHERE user_id = ?`, u.ID).Error; err != nil {
		return nil, err
	}
	var codes []string
	left, err := recoveryLeft(ctx, tx, u.ID)
	if err == nil && left == 0 {
		codes, err = s.makeRecovery(tx, u)
	}
	if err != nil {
		return nil, err
	}
	return codes, s.record(ctx, tx, u.Actor(), "second_factor.added", u,
		Change{after: map[string]any{"kind": kind, "name": name, "sessions_ended": ended}})
}

func orWrong(err error) error {
	if err != nil {
		return err
	}
	return wrongCode()
}

func totpOf(db *gorm.DB, user uuid.UUID, confirmed bool) (row totpRow, ok bool, err error) {
	found := db.Raw(`SELECT id, sealed, last_step FROM totp_factors WHERE user_id = ? AND (confirmed_at IS NOT NULL)
		= ?`,
		user, confirmed).Scan(&row)
	return row, found.RowsAffected > 0, found.Error
}

// checkTOTP takes a code, and no second time: of two that come at once one is taken.
func (s Service) checkTOTP(ctx context.Context, tx *gorm.DB, u User, code string) error {
	row, found, err := totpOf(tx.WithContext(ctx), u.ID, true)
	if err != nil || !found {
		return orWrong(err)
	}
	step, err := s.stepOf(row, code)
	if err != nil {
		return err
	}
	done := tx.Exec(`UPDATE totp_factors SET last_step = ?, used_at = ? WHERE id = ? AND last_step < ?`, step,
		s.Clock.Now(),
		row.ID, step)
	if done.Error == nil && done.RowsAffected == 0 {
		return wrongCode()
	}
	return done.Error
}

// stepOf is the time step that a code is of, one that is later than the last that was taken.
func (s Service) stepOf(row totpRow, code string) (int64, error) {
	plain, err := s.Sealer.Open(secret.FactorSecret(row.ID), row.Sealed)
	if err != nil {
		return 0, err
	}
	now, right := s.trueNow(), int64(0)
	for skew := -codeSkew; skew <= codeSkew; skew++ {
		at := now.Add(time.Duration(skew) * codePeriod)
		want, err := totp.GenerateCodeCustom(plain.Reveal(), at, totp.ValidateOpts{Digits: otp.DigitsSix})
		if err != nil {
			return 0, err
		}
		if step := at.Unix() / int64(codePeriod.Seconds()); same(code, want) && step > row.LastStep {
			right = step
		}
	}
	if right == 0 {
		return 0, wrongCode()
	}
	return right, nil
}

// RemoveTOTP takes a person's app away, as they want it themselves.
func (s Service) RemoveTOTP(ctx context.Context, u User, keep string) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := lockUser(tx, u.ID); err != nil {
			return err
		}
		done := tx.Exec(`DELETE FROM totp_factors WHERE user_id = ?`, u.ID)
		if done.Error != nil || done.RowsAffected == 0 {
			return done.Error
		}
		return s.factorGone(ctx, tx, u, "app", "Authenticator app", keep)
	})
}

// factorGone ends other sessions, takes recovery codes away with the last factor, and notes it.
func (s Service) factorGone(ctx context.Context, tx *gorm.DB, u User, kind, name, keep string) error {
	has, err := hasFactor(ctx, tx, u.ID)
	if err != nil {
		return err
	}
	if !has {
		if err := tx.Exec(`DELETE FROM recovery_codes WHERE user_id = ?`, u.ID).Error; err != nil {
			return err
		}
		// They have shown it just now, so this session may set up another in its place.
		session, err := sessionOf(tx, u.ID, keep)
		if err == nil && session.Valid {
			err = s.openEnrolment(tx, u.ID, session, enrolByLink)
		}
		if err != nil {
			return err
		}
	}
	ended, err := endSessions(tx, u.ID, keep)
	if err != nil {
		return err
	}
	return s.record(ctx, tx, u.Actor(), "second_factor.removed", u,
		Change{before: map[string]any{"kind": kind, "name": name}, after: map[string]any{"sessions_ended": ended}})
}

// addressOf is what the picture holds, as apps read it.
func addressOf(u User, plain string) string {
	label := url.PathEscape(codeIssuer + ":" + u.Email)
	return "otpauth://totp/" + label + "?" + url.Values{"secret": {plain}, "issuer": {codeIssuer}}.Encode()
}
