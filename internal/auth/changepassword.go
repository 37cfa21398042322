package auth

import (
	"context"
	"maps"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// NewPassword is what a person types to change their own password.
type NewPassword struct {
	Current string
	New     string
	Keep    string // hash of the session to keep; all others end
	Address string
}

// ChangePassword changes a person's own password after they have typed the present
// one: errs.Invalid at current_password and new_password, or *TooMany.
func (s Service) ChangePassword(ctx context.Context, u User, p NewPassword) error {
	if err := s.confirm(ctx, u, p); err != nil {
		return err
	}
	f := errs.Fields{}
	s.checkPassword(f, "new_password", p.New, u)
	if p.New == p.Current {
		f.Add("new_password", "This is your present password. Choose another one.")
	}
	if err := f.Err(); err != nil {
		return err
	}
	return s.setPassword(ctx, u.Actor(), u, p.New, p.Keep)
}

// confirm checks the present password under the limits of sign-in: a stolen
// session must not become a way to guess it.
func (s Service) confirm(ctx context.Context, u User, p NewPassword) error {
	a := Attempt{Email: u.Email, Address: p.Address}
	try, err := s.reserve(ctx, a)
	if err != nil {
		return err
	}
	c, err := s.credentials(ctx, u.Email)
	if err != nil {
		return err
	}
	ok, _, err := s.check(ctx, c, p.Current)
	if err != nil {
		return err
	}
	if !ok {
		f := errs.Fields{}
		f.Add("current_password", "This is not your present password.")
		return f.Err()
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error { return forgive(tx, a, try) })
}

// ResetPassword gives a user a new password, as an administrator does for somebody
// who forgot theirs, and ends all their sessions: errs.Invalid at new_password.
func (s Service) ResetPassword(ctx context.Context, by audit.Actor, id uuid.UUID, password string) error {
	u, err := Get(ctx, s.DB.Read(ctx), id)
	if err != nil {
		return err
	}
	f := errs.Fields{}
	s.checkPassword(f, "new_password", password, u)
	if err := f.Err(); err != nil {
		return err
	}
	return s.setPassword(ctx, by, u, password, "")
}

func (s Service) setPassword(ctx context.Context, by audit.Actor, u User, password, keep string) error {
	hash, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		return s.storePassword(ctx, tx, by, u, hash, nil, keep)
	})
}

// storePassword puts a new password in place. Links and sessions that came by the old one end; after is what the
// trail tells beside them.
func (s Service) storePassword(ctx context.Context, tx *gorm.DB, by audit.Actor, u User, hash string,
	after map[string]any, keep ...string) error {
	err := tx.Exec(`UPDATE users SET password_hash = ?, password_once = false, version = version + 1, updated_at = ?
		WHERE id = ?`, hash,
		s.Clock.Now(), u.ID).Error
	if err != nil {
		return err
	}
	if err := tx.Exec(`DELETE FROM sign_in_links WHERE user_id = ?`, u.ID).Error; err != nil {
		return err
	}
	ended, err := endSessions(tx, u.ID, strings.Join(keep, ""))
	if err != nil {
		return err
	}
	if _, byLink := after["link"]; byLink || by.ID != u.ID {
		if err := s.openEnrolment(tx, u.ID, uuid.NullUUID{}, EnrolAfterHelp); err != nil {
			return err
		}
	}
	told := map[string]any{"sessions_ended": ended}
	maps.Copy(told, after)
	return s.record(ctx, tx, by, "user.password_changed", u, Change{after: told})
}
