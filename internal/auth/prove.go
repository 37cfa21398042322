package auth

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// ProofLasts is how long it counts that somebody proved who they are. After that what is dear asks once more.
const ProofLasts = time.Hour

// Recent tells whether the holder of a session proved themselves recently enough for what is dear.
func (s Service) Recent(shown Shown) bool {
	since := s.trueNow().Sub(shown.At)
	return !shown.At.IsZero() && since >= -time.Minute && since < ProofLasts
}

// Reproof is what somebody who is signed in shows once more: a passkey's answer; or their password, and a code where
// they have an app.
type Reproof struct {
	Password string
	Code     string
	Passkey  string
	Address  string
}

// Prove takes it: errs.Invalid at password, code or passkey, *TooMany under the limits of sign-in. How they proved
// themselves comes back.
func (s Service) Prove(ctx context.Context, u User, p Reproof) (Shown, error) {
	a := Attempt{Email: u.Email, Address: p.Address}
	try, err := s.reserve(ctx, a)
	if err != nil {
		return Shown{}, err
	}
	shown := Shown{By: ByPasskey, Strong: true, At: s.trueNow()}
	if p.Passkey == "" {
		if shown, err = s.provePassword(ctx, u, p); err != nil {
			return Shown{}, s.notProved(ctx, u, err)
		}
	}
	code := uuid.Nil
	if shown.Strong {
		if code, err = s.takeCode(ctx, u, p.Code, p.Passkey); err != nil {
			return Shown{}, err
		}
	}
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		factor := "passkey"
		if p.Passkey != "" || shown.Strong {
			if factor, err = s.checkFactor(ctx, tx, u, forProve, p.Code, p.Passkey); err != nil {
				return err
			}
		}
		if err := errors.Join(forgive(tx, a, try), codeRight(tx, code)); err != nil {
			return err
		}
		after := map[string]any{"by": shown.By}
		if shown.Strong {
			after["factor"] = factor
		}
		return s.record(ctx, tx, u.Actor(), "user.proved", u, Change{after: after})
	})
	if err != nil {
		return Shown{}, s.notProved(ctx, u, err)
	}
	return shown, nil
}

// provePassword checks the password; Strong then says that a code is asked beside it.
func (s Service) provePassword(ctx context.Context, u User, p Reproof) (Shown, error) {
	c, err := s.credentials(ctx, u.Email)
	if err != nil {
		return Shown{}, err
	}
	ok, _, err := s.check(ctx, c, p.Password)
	if err != nil {
		return Shown{}, err
	}
	if !ok || c.ID != u.ID {
		f := errs.Fields{}
		f.Add("proof_password", "This is not your password.")
		return Shown{}, f.Err()
	}
	has, err := hasFactor(ctx, s.DB.Read(ctx), u.ID)
	return Shown{By: ByPassword, Strong: has, At: s.trueNow()}, err
}

func (s Service) notProved(ctx context.Context, u User, answer error) error {
	if errs.KindOf(answer) != errs.Invalid {
		return answer
	}
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		return audit.Record(ctx, tx, s.Clock, u.Actor(), audit.Event{Action: "user.not_proved", ObjectType: "user",
			ObjectID: u.ID.String(), ObjectName: u.Name})
	})
	return errors.Join(err, answer)
}
