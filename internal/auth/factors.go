package auth

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
)

// Factors is what a person has to prove themselves with, beside their password.
type Factors struct {
	App      *AppFactor
	Passkeys []Passkey
	Recovery int // codes that are left
}

// AppFactor is an authenticator app in use.
type AppFactor struct {
	ConfirmedAt time.Time
	UsedAt      *time.Time
}

// Any tells whether there is a second factor.
func (f Factors) Any() bool { return f.App != nil || len(f.Passkeys) > 0 }

// FactorsOf reads what a person has.
func (s Service) FactorsOf(ctx context.Context, user uuid.UUID) (Factors, error) {
	var f Factors
	db := s.DB.Read(ctx)
	var apps []AppFactor
	err := db.Raw(`SELECT confirmed_at, used_at FROM totp_factors WHERE user_id = ? AND confirmed_at IS NOT NULL`,
		user).
		Scan(&apps).Error
	if err != nil {
		return f, err
	}
	if len(apps) > 0 {
		f.App = &apps[0]
	}
	if f.Passkeys, err = passkeysOf(db, user); err != nil {
		return f, err
	}
	f.Recovery, err = recoveryLeft(ctx, db, user)
	return f, err
}

// ClearFactors takes all factors off a person who lost them, and ends their sessions. It is the way back in when
// recovery codes are lost too, so it is for who runs the program, or an administrator who knows the person.
func (s Service) ClearFactors(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := lockUser(tx, id); err != nil {
			return err
		}
		u, err := Get(ctx, tx, id)
		if err != nil {
			return err
		}
		gone := map[string]any{}
		for _, t := range []string{"totp_factors", "passkeys", "recovery_codes"} {
			done := tx.Exec(`DELETE FROM `+t+` WHERE user_id = ?`, id)
			if done.Error != nil {
				return done.Error
			}
			gone[t] = done.RowsAffected
		}
		ended, err := endSessions(tx, id, "")
		if err != nil {
			return err
		}
		if err := s.openEnrolment(tx, id, uuid.NullUUID{}, EnrolAfterHelp); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "second_factor.cleared", u,
			Change{before: gone, after: map[string]any{"sessions_ended": ended}})
	})
}
