package auth

import (
	"context"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// User is somebody who may sign in. The password hash is not part of it.
type User struct {
	ID         uuid.UUID  `gorm:"column:id"`
	Name       string     `gorm:"column:name"`
	Email      string     `gorm:"column:email"`
	Role       Role       `gorm:"column:role"`
	Active     bool       `gorm:"column:active"`
	Version    int        `gorm:"column:version"`
	CreatedAt  time.Time  `gorm:"column:created_at"`
	UpdatedAt  time.Time  `gorm:"column:updated_at"`
	LastSignIn *time.Time `gorm:"column:last_sign_in"`
	// CompactLists says how dense the person wants the rows of lists.
	CompactLists bool `gorm:"column:compact_lists"`
	// LastSignInTrue stands beside the time of a moved clock.
	LastSignInTrue *time.Time `gorm:"column:last_sign_in_true"`
	// HandedPassword says that their password was made and handed over, and is to be changed first.
	HandedPassword bool `gorm:"column:password_once" db:"password_once"`
	// Invited says that they have not chosen a password yet.
	Invited bool `gorm:"column:invited"`
}

// Actor is the user as the audit trail names them.
func (u User) Actor() audit.Actor { return audit.Actor{ID: u.ID, Name: u.Name} }

const userColumns = `id, name, email, role, active, version, created_at, updated_at, last_sign_in, last_sign_in_true,
	compact_lists, password_once, password_hash = '' AS invited`

// Get reads a user; errs.NotFound when there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (User, error) {
	return takeUser(db.WithContext(ctx).Raw(`SELECT `+userColumns+` FROM users WHERE id = ?`, id))
}

// ByEmail reads the user who signs in with an address, however it is spelled.
func ByEmail(ctx context.Context, db *gorm.DB, email string) (User, error) {
	return takeUser(db.WithContext(ctx).Raw(`SELECT `+userColumns+` FROM users WHERE email = ?`, cleanEmail(email)))
}

// List reads all users, active ones first. A reseller has dozens, so it is not paged.
func List(ctx context.Context, db *gorm.DB) ([]User, error) {
	var out []User
	err := db.WithContext(ctx).Raw(`SELECT ` + userColumns + ` FROM users ORDER BY active DESC, lower(name), id`).
		Scan(&out).Error
	return out, err
}

// AnyUser tells whether somebody was ever made; until then only the first-admin page answers.
func AnyUser(ctx context.Context, db *gorm.DB) (bool, error) {
	var any bool
	err := db.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM users)`).Scan(&any).Error
	return any, err
}

func takeUser(query *gorm.DB) (User, error) {
	var u User
	found := query.Scan(&u)
	if found.Error != nil {
		return User{}, found.Error
	}
	if found.RowsAffected == 0 {
		return User{}, errs.New(errs.NotFound, "There is no such user.")
	}
	return u, nil
}

const (
	maxName  = 120
	maxEmail = 254
)

func cleanEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func cleanName(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }

func checkName(f errs.Fields, name string) {
	switch {
	case name == "":
		f.Add("name", "Enter a name.")
	case utf8.RuneCountInString(name) > maxName:
		f.Add("name", "A name has %d characters at most.", maxName)
	}
}

func checkEmail(f errs.Fields, email string) {
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > maxEmail {
		f.Add("email", "Enter an e-mail address, as ada@reseller.example.")
	}
}

func checkRole(f errs.Fields, r Role) {
	if !r.Valid() {
		f.Add("role", "Choose a role.")
	}
}
