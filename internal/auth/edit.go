package auth

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Edit is what an administrator may change of a user. Version is the one the form was opened at.
type Edit struct {
	Name    string
	Email   string
	Role    Role
	Version int
}

// Edit changes name, address and role: errs.Invalid at name, email and role,
// ErrStale, or errs.Conflict when the last active admin would lose the role.
func (s Service) Edit(ctx context.Context, by audit.Actor, id uuid.UUID, e Edit) error {
	e.Name, e.Email = cleanName(e.Name), cleanEmail(e.Email)
	f := errs.Fields{}
	checkName(f, e.Name)
	checkEmail(f, e.Email)
	checkRole(f, e.Role)
	if err := f.Err(); err != nil {
		return err
	}
	return s.change(ctx, by, id, "user.changed", func(u *User) error {
		if u.Version != e.Version {
			return ErrStale
		}
		u.Name, u.Email, u.Role = e.Name, e.Email, e.Role
		return nil
	})
}

// Disable takes a user's access away and ends all their sessions. The last active
// admin cannot be disabled: errs.Conflict.
func (s Service) Disable(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.change(ctx, by, id, "user.disabled", func(u *User) error {
		u.Active = false
		return nil
	})
}

// Enable gives a disabled user access again, with the old password.
func (s Service) Enable(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.change(ctx, by, id, "user.enabled", func(u *User) error {
		u.Active = true
		return nil
	})
}

// change edits one user under a lock of all admins, so that two admins who demote
// each other at the same moment do not leave the app without one.
func (s Service) change(ctx context.Context, by audit.Actor, id uuid.UUID, action string,
	edit func(*User) error) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := lockAdmins(tx, id); err != nil {
			return err
		}
		was, err := Get(ctx, tx, id)
		if err != nil {
			return err
		}
		now := was
		if err := edit(&now); err != nil || now == was {
			return err
		}
		if err := keepAnAdmin(tx, was, now); err != nil {
			return err
		}
		return s.store(ctx, tx, by, action, was, now)
	})
}

func (s Service) store(ctx context.Context, tx *gorm.DB, by audit.Actor, action string, was, now User) error {
	err := tx.Exec(`UPDATE users SET name = ?, email = ?, role = ?, active = ?, version = version + 1, updated_at = ?
		WHERE id = ?`,
		now.Name, now.Email, now.Role, now.Active, s.Clock.Now(), now.ID).Error
	if err != nil {
		return err
	}
	if !now.Active || now.Email != was.Email {
		if err := tx.Exec(`DELETE FROM sign_in_links WHERE user_id = ?`, now.ID).Error; err != nil {
			return err
		}
	}
	if now.Role != was.Role && by.ID != now.ID {
		if err := s.openEnrolment(tx, now.ID, uuid.NullUUID{}, EnrolAfterHelp); err != nil {
			return err
		}
	}
	if !now.Active {
		if _, err := endSessions(tx, now.ID, ""); err != nil {
			return err
		}
	}
	return s.record(ctx, tx, by, action, now, Change{before: was.trail(), after: now.trail()})
}

func lockAdmins(tx *gorm.DB, also uuid.UUID) error {
	return tx.Exec(`SELECT FROM users WHERE (role = 'admin' AND active) OR id = ? ORDER BY id FOR UPDATE`, also).Error
}

func keepAnAdmin(tx *gorm.DB, was, now User) error {
	stays := now.Active && now.Role == Admin
	if stays || !was.Active || was.Role != Admin {
		return nil
	}
	var others int64
	err := tx.Raw(`SELECT count(*) FROM users WHERE role = 'admin' AND active AND id <> ?`,
		now.ID).Scan(&others).Error
	if err == nil && others == 0 {
		return errs.New(errs.Conflict,
			"This is the last active administrator. Nothing was changed; "+
				"make another one first, or nobody could manage providers and users any more.")
	}
	return err
}
