package auth

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// NewUser is what is typed to make a user.
type NewUser struct {
	Name     string
	Email    string
	Role     Role
	Password string
}

// Create makes an active user: errs.Invalid with messages at name, email, role and password.
func (s Service) Create(ctx context.Context, by audit.Actor, n NewUser) (User, error) {
	u, hash, err := s.prepare(ctx, n)
	if err != nil {
		return User{}, err
	}
	return u, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := s.insertUser(tx, u, hash); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "user.created", u, Change{after: u.trail()})
	})
}

// FirstAdmin makes the first user, an admin, on an empty database. Of two people
// who try at once one succeeds; the other gets errs.Conflict.
func (s Service) FirstAdmin(ctx context.Context, n NewUser) (User, error) {
	n.Role = Admin
	u, hash, err := s.prepare(ctx, n)
	if err != nil {
		return User{}, err
	}
	return u, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if any, err := AnyUser(ctx, tx); err != nil || any {
			return orTaken(err)
		}
		if err := s.insertUser(tx, u, hash); err != nil {
			return err
		}
		err := tx.Exec(`INSERT INTO first_admin (user_id) VALUES (?)`, u.ID).Error
		if postgres.Constraint(err) == "first_admin_pkey" {
			return orTaken(nil)
		}
		if err != nil {
			return err
		}
		return s.record(ctx, tx, u.Actor(), "user.created", u, Change{after: u.trail()})
	})
}

func orTaken(err error) error {
	if err != nil {
		return err
	}
	return errs.New(errs.Conflict, "The first admin has been made already. Sign in instead.")
}

// prepare checks what was typed and hashes the password, outside of any transaction.
func (s Service) prepare(ctx context.Context, n NewUser) (User, string, error) {
	now := s.Clock.Now()
	u := User{
		ID: newID(), Name: cleanName(n.Name), Email: cleanEmail(n.Email), Role: n.Role,
		Active: true, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	f := errs.Fields{}
	checkName(f, u.Name)
	checkEmail(f, u.Email)
	checkRole(f, u.Role)
	s.checkPassword(f, "password", n.Password, u)
	if err := f.Err(); err != nil {
		return User{}, "", err
	}
	hash, err := s.Hasher.Hash(ctx, n.Password)
	return u, hash, err
}

// insertUser stores a user, who may set up a first factor for a while whatever their role asks.
func (s Service) insertUser(tx *gorm.DB, u User, hash string) error {
	err := tx.Exec(`INSERT INTO users (id, name, email, role, password_hash, active, version, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		u.ID, u.Name, u.Email, u.Role, hash, u.Active, u.Version, u.CreatedAt, u.UpdatedAt).Error
	if err != nil {
		return err
	}
	return s.openEnrolment(tx, u.ID, uuid.NullUUID{}, EnrolAfterMade)
}

// trail is what the audit trail keeps of a user.
func (u User) trail() map[string]any {
	return map[string]any{"name": u.Name, "email": u.Email, "role": u.Role, "active": u.Active}
}
