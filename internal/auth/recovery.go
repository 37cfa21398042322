package auth

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
)

// Recovery codes get a person in who has lost what makes their codes, once each.
const (
	recoveryCodes  = 10
	recoveryLength = 24 // letters and digits of 32: 120 bits
	recoveryGroup  = 4
)

// makeRecovery makes a person's codes anew; those from before open nothing any more.
func (s Service) makeRecovery(tx *gorm.DB, u User) ([]string, error) {
	if err := tx.Exec(`DELETE FROM recovery_codes WHERE user_id = ?`, u.ID).Error; err != nil {
		return nil, err
	}
	var out []string
	for range recoveryCodes {
		code := rand.Text()[:recoveryLength]
		err := tx.Exec(`INSERT INTO recovery_codes (user_id, hash, made_at) VALUES (?, ?, ?)`, u.ID, recoveryHash(u.ID, code),
			s.Clock.Now()).Error
		if err != nil {
			return nil, err
		}
		out = append(out, grouped(code))
	}
	return out, nil
}

// recoveryHash differs for two people with one code.
func recoveryHash(user uuid.UUID, code string) []byte { return hashed(user.String() + " " + code) }

func grouped(code string) string {
	var parts []string
	for i := 0; i < len(code); i += recoveryGroup {
		parts = append(parts, code[i:min(i+recoveryGroup, len(code))])
	}
	return strings.Join(parts, "-")
}

// RenewRecovery makes new codes for a person who has a second factor.
func (s Service) RenewRecovery(ctx context.Context, u User) (codes []string, err error) {
	return codes, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := lockUser(tx, u.ID); err != nil {
			return err
		}
		has, err := hasFactor(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if !has {
			return errs.New(errs.Conflict, "Recovery codes belong to a second factor, and you have none. "+
				"Set one up first; the codes come with it.")
		}
		if codes, err = s.makeRecovery(tx, u); err != nil {
			return err
		}
		return s.record(ctx, tx, u.Actor(), "recovery_codes.renewed", u, Change{})
	})
}

func recoveryLeft(ctx context.Context, db *gorm.DB, user uuid.UUID) (n int, err error) {
	err = db.WithContext(ctx).Raw(`SELECT count(*) FROM recovery_codes WHERE user_id = ? AND used_at IS NULL`, user).
		Scan(&n).Error
	return n, err
}

// useRecovery takes a code: of two that come at once one is taken.
func (s Service) useRecovery(ctx context.Context, tx *gorm.DB, u User, code string) error {
	done := tx.WithContext(ctx).Exec(`UPDATE recovery_codes SET used_at = ? WHERE user_id = ? AND hash = ?
		AND used_at IS NULL`, s.Clock.Now(), u.ID, recoveryHash(u.ID, code))
	if done.Error == nil && done.RowsAffected == 0 {
		return wrongCode()
	}
	return done.Error
}
