package auth

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/postgres"
	"seatledger/internal/secret"
)

// Service changes users, passwords and sessions. Every change needs an actor and
// leaves a row in the audit trail, in its own transaction.
type Service struct {
	DB     *postgres.DB
	Clock  clock.Clock
	Hasher *Hasher
	Sealer *secret.Sealer // seals what authenticator apps make their codes of
	// BaseURL is the address that people use, which passkeys and links in mails belong to.
	BaseURL string
	// Breached are passwords that were stolen elsewhere; nil: none are known.
	Breached *Breached
	// Passwords refuses those whose password was right and who may not come in by one; nil: nobody.
	Passwords func(ctx context.Context, u User) error
	// Pause lets a try wait whose account was slowed; nil: by the true time. Tests look at it.
	Pause func(ctx context.Context, d time.Duration) error
}

// ErrStale says that somebody else changed the user after the form was opened.
var ErrStale = errors.New("auth: the user was changed meanwhile")

// record writes to the trail what was done to a user, whose hand it was, and what its owner has to be told.
func (s Service) record(ctx context.Context, tx *gorm.DB, by audit.Actor, action string, u User,
	change Change) error {
	for _, what := range touches(action, change) {
		if err := Touched(ctx, tx, s.Clock, by, u.ID, what); err != nil {
			return err
		}
	}
	if err := s.tellOwner(ctx, tx, by, u, action, change); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{
		Action: action, ObjectType: "user", ObjectID: u.ID.String(), ObjectName: u.Name,
		Before: change.before, After: change.after,
	})
}

// Change is what the trail shows of a user before and after.
type Change struct{ before, after any }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
