package auth

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Attempt is somebody who wants to sign in.
type Attempt struct {
	Email    string
	Password string
	Address  string // of the client, without a port
}

// wrongPair is one answer for every way to be wrong, so that it tells nobody which users there are.
func wrongPair() error {
	return &errs.Error{
		Kind: errs.Invalid, Public: "The e-mail address and the password do not belong together.",
		Fields: map[string]string{"email": "The e-mail address and the password do not belong together. " +
			"Check both and try again."},
	}
}

// SignIn checks a password, and leads on as Enter does: errs.Invalid when the pair is wrong or the user is
// disabled, *TooMany when there were too many tries. A try counts before it is
// checked, so that many at once get no more guesses than one after another.
func (s Service) SignIn(ctx context.Context, a Attempt) (Entry, error) {
	a.Email = cleanEmail(a.Email)
	ctx = audit.WithFrom(ctx, audit.From{Address: a.Address})
	try, err := s.reserve(ctx, a)
	if err != nil {
		return Entry{}, err
	}
	c, err := s.credentials(ctx, a.Email)
	if err != nil {
		return Entry{}, err
	}
	ok, renew, err := s.check(ctx, c, a.Password)
	if err != nil {
		return Entry{}, err
	}
	if !ok || !c.Active {
		return Entry{}, s.refused(ctx, a, c)
	}
	if err := s.renewHash(ctx, c, a.Password, renew); err != nil {
		return Entry{}, err
	}
	if s.Passwords != nil {
		if err := s.Passwords(ctx, c.User); err != nil {
			return Entry{}, err
		}
	}
	// Where a second step follows, the try stays counted until that is taken: who knows the password gets no more
	// guesses at codes by it.
	return s.enter(ctx, Proof{User: c.User, By: ByPassword, Address: a.Address},
		func(tx *gorm.DB) error { return forgive(tx, a, try) })
}

type credentials struct {
	User
	PasswordHash string `gorm:"column:password_hash"`
}

// noPassword stands where a person has none yet, as before they took up an invitation.
const noPassword = ""

func (c credentials) known() bool { return c.ID != uuid.Nil }

func (s Service) credentials(ctx context.Context, email string) (credentials, error) {
	var c credentials
	err := s.DB.Read(ctx).Raw(`SELECT `+userColumns+`, password_hash FROM users WHERE email = ?`,
		email).Scan(&c).Error
	return c, err
}

func (s Service) check(ctx context.Context, c credentials, password string) (ok, renew bool, err error) {
	if len(password) > 4*MaxPassword || !c.known() || len(c.PasswordHash) == 0 {
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

// renewHash makes a hash anew that is cheaper than those of today. The condition keeps a password that was changed in
// this very moment.
func (s Service) renewHash(ctx context.Context, c credentials, password string, renew bool) error {
	if !renew {
		return nil
	}
	hash, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.DB.Read(ctx).Exec(`UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?`, hash, c.ID,
		c.PasswordHash).Error
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
