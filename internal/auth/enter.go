package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// Means is how somebody proved who they are.
type Means string

// The means.
const (
	ByPassword Means = "password"
	ByPasskey  Means = "passkey"
	ByProvider Means = "provider" // somebody else vouches for them, as by OpenID Connect
)

// How long the second step of a sign-in may take, and how many tries it has before the first is asked again.
const (
	stepLasts = 10 * time.Minute
	stepTries = 5
)

// Proof is what somebody has shown of who they are. Strong says that a second factor was part of it, so that none is
// asked any more.
type Proof struct {
	User    User
	By      Means
	Strong  bool
	Address string // of the client, without a port
}

// Entry is where a proof leads: to a session for User, named Session in the trail, or, where Step is not empty, to
// the second step of sign-in, which Step opens and nothing else.
type Entry struct {
	Proof
	Session uuid.UUID
	Step    string
}

// Enter turns a proved identity into a session, or into the second step where the person has a second factor and the
// proof held none. Every way in ends here: errs.Forbidden when the person was disabled.
func (s Service) Enter(ctx context.Context, p Proof) (Entry, error) {
	return s.enter(ctx, p, func(*gorm.DB) error { return nil })
}

// enter also does what comes with a sign-in that is complete.
func (s Service) enter(ctx context.Context, p Proof, complete func(*gorm.DB) error) (Entry, error) {
	e := Entry{Proof: p, Session: newID()}
	return e, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		e.Step = ""
		var err error
		if e.User, err = Get(ctx, tx, p.User.ID); err != nil {
			return err
		}
		if !e.User.Active {
			return errs.New(errs.Forbidden, "This person may no longer sign in. Ask an administrator.")
		}
		if !p.Strong {
			has, err := hasFactor(ctx, tx, e.User.ID)
			if err != nil {
				return err
			}
			if has {
				e.Step, err = s.beginStep(ctx, tx, e)
				return err
			}
		}
		if err := complete(tx); err != nil {
			return err
		}
		return s.admitted(ctx, tx, e, "")
	})
}

// admitted notes a complete sign-in. factor is what was shown at the second step.
func (s Service) admitted(ctx context.Context, tx *gorm.DB, e Entry, factor string) error {
	err := tx.Exec(`UPDATE users SET last_sign_in = ?, last_sign_in_true = ? WHERE id = ?`, s.Clock.Now(),
		clock.TrueOrNil(s.Clock), e.User.ID).Error
	if err != nil {
		return err
	}
	after := map[string]any{"by": e.By}
	if factor != "" {
		after["factor"] = factor
	}
	ctx = audit.WithFrom(ctx, audit.From{Address: e.Address, Session: e.Session})
	return s.record(ctx, tx, e.User.Actor(), "sign_in.succeeded", e.User, Change{after: after})
}

// hasFactor tells whether somebody has a second factor.
func hasFactor(ctx context.Context, db *gorm.DB, user uuid.UUID) (bool, error) {
	var has bool
	err := db.WithContext(ctx).Raw(`SELECT `+hasFactorSQL+` FROM users u WHERE u.id = ?`, user).Scan(&has).Error
	return has, err
}

const hasFactorSQL = `(EXISTS (SELECT FROM totp_factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL)
	OR EXISTS (SELECT FROM passkeys k WHERE k.user_id = u.id))`

// beginStep keeps that somebody came half way, under a token of chance.
func (s Service) beginStep(ctx context.Context, tx *gorm.DB, e Entry) (string, error) {
	token := rand.Text() + rand.Text()
	err := tx.WithContext(ctx).Exec(`INSERT INTO sign_in_steps (id, hash, user_id, proved_by, expires_at)
		VALUES (?, ?, ?, ?, ?)`, newID(), hashed(token), e.User.ID, e.By, s.trueNow().Add(stepLasts)).Error
	return token, err
}

// hashed is how what nobody thought up is kept: it needs no slow hash.
func hashed(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// trueNow is the moment that machines elsewhere go by, also where our clock was moved.
func (s Service) trueNow() time.Time { at, _ := clock.True(s.Clock); return at }
