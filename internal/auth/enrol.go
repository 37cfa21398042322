package auth

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
)

// How long somebody whose role needs a second factor, and whose time for it is over, may set a first one up after
// somebody let them: a password alone, which may be a stolen one, is not enough then.
const (
	EnrolAfterMade = InviteLasts    // since the account was made
	EnrolAfterHelp = 24 * time.Hour // since an administrator or who runs the program helped, or a link was used
	enrolByLink    = time.Hour      // in the session that opened a link by mail, or gave the last factor up
)

// openEnrolment lets a person set up a first factor for a while; with a session, in that one alone.
func (s Service) openEnrolment(tx *gorm.DB, user uuid.UUID, session uuid.NullUUID, lasts time.Duration) error {
	return tx.Exec(`INSERT INTO enrolments (id, user_id, session_id, expires_at) VALUES (?, ?, ?, ?)`, newID(), user,
		session, s.trueNow().Add(lasts)).Error
}

// sessionOf is the session that a hash is the stored name of.
func sessionOf(tx *gorm.DB, user uuid.UUID, hash string) (uuid.NullUUID, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT id FROM sessions WHERE token_hash = ? AND user_id = ?`, hash, user).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return uuid.NullUUID{}, err
	}
	return uuid.NullUUID{UUID: ids[0], Valid: true}, nil
}

// MayEnrol tells whether a person may set up a factor in the session with that hash. They may not where their role
// needs one, they have none, the time for it is over, and nobody has let them.
func (s Service) MayEnrol(ctx context.Context, u User, hash string) (bool, error) {
	return s.mayEnrol(ctx, s.DB.Read(ctx), u, hash)
}

func (s Service) mayEnrol(ctx context.Context, db *gorm.DB, u User, hash string) (bool, error) {
	db = db.WithContext(ctx)
	var free bool
	err := db.Raw(`SELECT NOT coalesce(`+overdueSQL+` AND NOT `+hasFactorSQL+`, false)
		OR coalesce(s.strong, false) OR EXISTS (SELECT FROM enrolments e WHERE e.user_id = u.id AND e.expires_at > ?
			AND (e.session_id IS NULL OR e.session_id = s.id))
		FROM users u LEFT JOIN sessions s ON s.user_id = u.id AND s.token_hash = ? WHERE u.id = ?`, s.Clock.Now(),
		s.trueNow(), hash, u.ID).Scan(&free).Error
	if err != nil || free || u.Role != Admin {
		return free, err
	}
	until, err := GlassBroken(ctx, db)
	return until.After(s.trueNow()), err
}

// enrols refuses a first factor whose time is over.
func (s Service) enrols(ctx context.Context, tx *gorm.DB, u User, hash string) error {
	free, err := s.mayEnrol(ctx, tx, u, hash)
	if err == nil && !free {
		err = ErrEnrolLate()
	}
	return err
}

// ErrEnrolLate says that a password alone sets up no factor any more.
func ErrEnrolLate() error {
	return errs.New(errs.Forbidden, "The time to set up a second factor with a password alone is over. Nothing was "+
		"changed. Ask for a link by mail on your profile, or ask an administrator to clear your factors, which "+
		"lets you set one up for a day.")
}

// UseFactorLink lets the session that opened a link by mail set up a factor, once: ErrLinkOver, or errs.Forbidden when
// the link is somebody else's.
func (s Service) UseFactorLink(ctx context.Context, token string, u User, hash string) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		l, err := s.look(ctx, tx, token, "FOR UPDATE OF l")
		switch {
		case err != nil:
			return err
		case l.Purpose != Factor:
			return errLinkOver()
		case l.User.ID != u.ID:
			return errs.New(errs.Forbidden, "This link is for somebody else. Nothing was changed.")
		}
		session, err := sessionOf(tx, u.ID, hash)
		if err != nil || !session.Valid {
			return orOver(err)
		}
		if err := s.carried(tx, l); err != nil {
			return err
		}
		if err := tx.Exec(`DELETE FROM sign_in_links WHERE id = ?`, l.id).Error; err != nil {
			return err
		}
		if err := s.openEnrolment(tx, u.ID, session, enrolByLink); err != nil {
			return err
		}
		return s.record(ctx, tx, u.Actor(), "second_factor.link_used", u, Change{})
	})
}

// FactorLinkDue refuses a link to somebody who needs none, or to whom one went out a moment ago.
func (s Service) FactorLinkDue(ctx context.Context, tx *gorm.DB, u User) error {
	if err := lockUser(tx, u.ID); err != nil {
		return err
	}
	has, err := hasFactor(ctx, tx, u.ID)
	if err != nil {
		return err
	}
	if has {
		return errs.New(errs.Conflict, "You have a second factor, so no link was sent. Change it on your profile.")
	}
	var fresh bool
	err = tx.Raw(`SELECT EXISTS (SELECT FROM sign_in_links WHERE user_id = ? AND purpose = ? AND made_at > ?)`, u.ID,
		Factor, s.trueNow().Add(-factorLinkEvery)).Scan(&fresh).Error
	if err == nil && fresh {
		err = errs.New(errs.Conflict, "A link went out less than five minutes ago. Look into your mail, also among "+
			"what was sorted out; after five minutes another one can be sent.")
	}
	return err
}

const factorLinkEvery = 5 * time.Minute
