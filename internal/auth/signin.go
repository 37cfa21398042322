package auth

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// Attempt is somebody who wants to sign in.
type Attempt struct {
	Email    string
	Password string
	Address  string    // of the client, without a port
	Session  uuid.UUID // names the session that a good one begins
}

// wrongPair is one answer for every way to be wrong, so that it tells nobody which users there are.
func wrongPair() error {
	return &errs.Error{
		Kind: errs.Invalid, Public: "The e-mail address and the password do not belong together.",
		Fields: map[string]string{"email": "The e-mail address and the password do not belong together. " +
			"Check both and try again."},
	}
}

// SignIn checks a password: errs.Invalid when the pair is wrong or the user is
// disabled, *TooMany when there were too many tries. A try counts before it is
// checked, so that many at once get no more guesses than one after another.
func (s Service) SignIn(ctx context.Context, a Attempt) (User, error) {
	a.Email = cleanEmail(a.Email)
	ctx = audit.WithFrom(ctx, audit.From{Address: a.Address})
	try, err := s.reserve(ctx, a)
	if err != nil {
		return User{}, err
	}
	c, err := s.credentials(ctx, a.Email)
	if err != nil {
		return User{}, err
	}
	ok, renew, err := s.check(ctx, c, a.Password)
	if err != nil {
		return User{}, err
	}
	if !ok || !c.Active {
		return User{}, s.refused(ctx, a, c)
	}
	return c.User, s.welcomed(ctx, a, c, try, renew)
}

type credentials struct {
	User
	PasswordHash string `gorm:"column:password_hash"`
}

func (c credentials) known() bool { return c.ID != uuid.Nil }

func (s Service) credentials(ctx context.Context, email string) (credentials, error) {
	var c credentials
	err := s.DB.Read(ctx).Raw(`SELECT `+userColumns+`, password_hash FROM users WHERE email = ?`, email).Scan(&c).Error
	return c, err
}

func (s Service) check(ctx context.Context, c credentials, password string) (ok, renew bool, err error) {
	if len(password) > 4*MaxPassword || !c.known() {
		return false, false, s.Hasher.Waste(ctx, "")
	}
	return s.Hasher.Verify(ctx, c.PasswordHash, password)
}

func (s Service) refused(ctx context.Context, a Attempt, c credentials) error {
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		e := audit.Event{Action: "sign_in.refused", ObjectType: "user", ObjectName: claimed(a.Email)}
		if c.known() {
			e.ObjectID, e.ObjectName = c.ID.String(), c.Name
		}
		return audit.Record(ctx, tx, s.Clock, stranger(), e)
	})
	if err != nil {
		return err
	}
	return wrongPair()
}

// claimed is what was typed as an address. A password typed there by mistake must not land in the trail.
func claimed(email string) string {
	f := errs.Fields{}
	if checkEmail(f, email); len(f) > 0 {
		return "(no e-mail address)"
	}
	return email
}

func stranger() audit.Actor { return audit.Actor{Name: "Not signed in"} }

func (s Service) welcomed(ctx context.Context, a Attempt, c credentials, try tryID, renew bool) error {
	hash := c.PasswordHash
	if renew {
		var err error
		if hash, err = s.Hasher.Hash(ctx, a.Password); err != nil {
			return err
		}
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		// The condition keeps a password that was changed in this very moment.
		err := tx.Exec(`UPDATE users SET last_sign_in = ?, last_sign_in_true = ?, password_hash = CASE
			WHEN password_hash = ? THEN ? ELSE password_hash END WHERE id = ?`,
			s.Clock.Now(), clock.TrueOrNil(s.Clock), c.PasswordHash, hash, c.ID).Error
		if err != nil {
			return err
		}
		if err := forgive(tx, a, try); err != nil {
			return err
		}
		ctx := audit.WithFrom(ctx, audit.From{Address: a.Address, Session: a.Session})
		return s.record(ctx, tx, c.Actor(), "sign_in.succeeded", c.User, Change{})
	})
}

// SignedOut notes in the trail that a person ended their session.
func (s Service) SignedOut(ctx context.Context, u User) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error { return s.record(ctx, tx, u.Actor(), "sign_out", u, Change{}) })
}

// TooMany says that sign-in must wait, and how long.
type TooMany struct{ Wait time.Duration }

func (t *TooMany) Error() string { return "too many sign-in attempts, wait " + t.Wait.String() }

// Says is the sentence for the person.
func (t *TooMany) Says() string {
	return strings.TrimSpace("There were too many attempts to sign in. Wait " + inWords(t.Wait) + " and try again.")
}

func inWords(d time.Duration) string {
	if d <= time.Minute {
		return "a minute"
	}
	return (d + time.Minute).Truncate(time.Minute).String()
}
