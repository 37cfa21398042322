package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Purpose is what a link is for.
type Purpose string

// The purposes.
const (
	Reset  Purpose = "reset"  // a password was forgotten
	Invite Purpose = "invite" // there was none yet
	Factor Purpose = "factor" // the time to set up a second factor is over
)

// How long links last, from the moment they were asked for.
const (
	ResetLasts  = 30 * time.Minute
	InviteLasts = 7 * 24 * time.Hour
)

func (p Purpose) lasts() time.Duration {
	if p == Invite {
		return InviteLasts
	}
	return ResetLasts
}

// Link is one that opens: whose password it lets them choose.
type Link struct {
	Purpose Purpose
	User    User

	id uuid.UUID
}

// ErrLinkOver says that a link opens nothing: it was used, is too old, or was never made.
var ErrLinkOver = errors.New("auth: the link is over")

func errLinkOver() error {
	return errs.Because(errs.Conflict, "This link was used already, is too old, or a later one took its place. "+
		"Nothing was changed. Ask for a new one.", ErrLinkOver)
}

// MakeLink makes a link in place of an older one for the same purpose. With a mail it has no token until that is
// handed over (TokenFor); without one its token comes back, once.
func (s Service) MakeLink(ctx context.Context, tx *gorm.DB, p Purpose, user uuid.UUID, mail uuid.NullUUID) (string,
	error) {
	db := tx.WithContext(ctx)
	if err := db.Exec(`DELETE FROM sign_in_links WHERE user_id = ? AND purpose = ?`, user, p).Error; err != nil {
		return "", err
	}
	token, hash := "", []byte(nil)
	if !mail.Valid {
		token = rand.Text() + rand.Text()
		hash = hashed(token)
	}
	now := s.trueNow()
	return token, db.Exec(`INSERT INTO sign_in_links (id, purpose, user_id, mail_id, hash, made_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, newID(), p, user, mail, hash, now, now.Add(p.lasts())).Error
}

// TokenFor makes the token of the link that a mail brings, in the transaction that hands the mail over; empty when
// the mail brings none. A mail that is tried again brings another token, and the one before opens nothing.
func (s Service) TokenFor(ctx context.Context, tx *gorm.DB, mail uuid.UUID) (string, error) {
	token := rand.Text() + rand.Text()
	done := tx.WithContext(ctx).Exec(`UPDATE sign_in_links SET hash = ? WHERE mail_id = ?`, hashed(token), mail)
	if done.Error != nil || done.RowsAffected == 0 {
		return "", done.Error
	}
	return token, linkGoes(tx.WithContext(ctx), mail)
}

// linkGoes notes whose mail server the link of a mail goes through.
func linkGoes(tx *gorm.DB, mail uuid.UUID) error {
	if err := tx.Exec(`DELETE FROM link_hands h USING sign_in_links l WHERE l.id = h.link_id AND l.mail_id = ?`,
		mail).Error; err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO link_hands (link_id, user_id, set_at) SELECT l.id, h.user_id, h.at
		FROM sign_in_links l CROSS JOIN mail_server_hands h WHERE l.mail_id = ?`, mail).Error
}

// LinkStands tells whether the link that a mail brings still opens something; brings is false when the mail has none.
func (s Service) LinkStands(ctx context.Context, tx *gorm.DB, mail uuid.UUID) (bool, error) {
	var stands bool
	err := tx.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM sign_in_links l JOIN users u ON u.id = l.user_id
		WHERE l.mail_id = ? AND l.expires_at > ? AND u.active)`, mail, s.trueNow()).Scan(&stands).Error
	return stands, err
}

// Look tells whose link a token is; ErrLinkOver when it opens nothing. Looking uses nothing up: programs look at
// mails before people do.
func (s Service) Look(ctx context.Context, token string) (Link, error) {
	return s.look(ctx, s.DB.Read(ctx), token, "")
}

func (s Service) look(ctx context.Context, db *gorm.DB, token, lock string) (Link, error) {
	var row struct {
		ID      uuid.UUID
		Purpose Purpose
		UserID  uuid.UUID
	}
	found := db.WithContext(ctx).Raw(`SELECT l.id, l.purpose, l.user_id FROM sign_in_links l
		JOIN users u ON u.id = l.user_id WHERE l.hash = ? AND l.expires_at > ? AND u.active `+lock, hashed(token),
		s.trueNow()).Scan(&row)
	if found.Error != nil {
		return Link{}, found.Error
	}
	if found.RowsAffected == 0 {
		return Link{}, errLinkOver()
	}
	u, err := Get(ctx, db, row.UserID)
	return Link{Purpose: row.Purpose, User: u, id: row.ID}, err
}

// UseLink sets the password that somebody chose, once: errs.Invalid at new_password, or ErrLinkOver. All their
// sessions end. It signs nobody in, so that what sign-in asks beside the password is asked.
func (s Service) UseLink(ctx context.Context, token, password, address string) (Link, error) {
	l, err := s.Look(ctx, token)
	if err == nil && l.Purpose == Factor {
		err = errLinkOver()
	}
	if err != nil {
		return Link{}, err
	}
	f := errs.Fields{}
	s.checkPassword(f, "new_password", password, l.User)
	if err := f.Err(); err != nil {
		return Link{}, err
	}
	hash, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return Link{}, err
	}
	ctx = audit.WithFrom(ctx, audit.From{Address: address})
	return l, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		now, err := s.look(ctx, tx, token, "FOR UPDATE OF l")
		if err != nil {
			return err
		}
		if err := s.carried(tx, now); err != nil {
			return err
		}
		return s.storePassword(ctx, tx, now.User.Actor(), now.User, hash, map[string]any{"by": "link",
			"link": now.Purpose})
	})
}

// Invited makes a user who has no password yet, in the transaction that invites them.
func (s Service) Invited(ctx context.Context, tx *gorm.DB, by audit.Actor, n NewUser) (User, error) {
	now := s.Clock.Now()
	u := User{ID: newID(), Name: cleanName(n.Name), Email: cleanEmail(n.Email), Role: n.Role, Active: true,
		Version:   1,
		CreatedAt: now, UpdatedAt: now, Invited: true}
	f := errs.Fields{}
	checkName(f, u.Name)
	checkEmail(f, u.Email)
	checkRole(f, u.Role)
	if err := f.Err(); err != nil {
		return User{}, err
	}
	if err := s.insertUser(tx, u, noPassword); err != nil {
		return User{}, err
	}
	return u, s.record(ctx, tx, by, "user.invited", u, Change{after: u.trail()})
}

// How many may ask for new passwords.
const (
	resetWindow   = time.Hour
	resetsOfPlace = 10 // requests from one place in that time
	resetsOfUser  = 3  // mails to one person in that time; more are not sent, and nobody is told
)

// Forgot notes that somebody wants a new password: errs.Invalid at email when that is no address, *TooMany when too
// many were asked for from there. Whether there is such a person is looked at later (Forgotten), so that neither the
// answer nor its time tells.
func (s Service) Forgot(ctx context.Context, email, address string) error {
	email = cleanEmail(email)
	f := errs.Fields{}
	if checkEmail(f, email); len(f) > 0 {
		return f.Err()
	}
	now, place := s.trueNow(), Place(address)
	done := s.DB.Read(ctx).Exec(`INSERT INTO reset_requests (id, email, place, address, at)
		SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM reset_requests WHERE place = ? AND at > ?) < ?`, newID(),
		email,
		place, address, now, place, now.Add(-resetWindow), resetsOfPlace)
	if done.Error != nil {
		return done.Error
	}
	if done.RowsAffected == 0 {
		return s.throttled(ctx, place, resetWindow)
	}
	return nil
}

// Forgotten gives the people of requests that nobody has looked at yet to send, each in the transaction that takes
// their request. Those who are nobody, are disabled or asked too often are passed over.
func (s Service) Forgotten(ctx context.Context, send func(ctx context.Context, tx *gorm.DB, u User) error) error {
	for ctx.Err() == nil {
		found := false
		err := s.DB.InTx(ctx, func(tx *gorm.DB) (err error) {
			found, err = s.forgotten(ctx, tx, send)
			return err
		})
		if err != nil || !found {
			return err
		}
	}
	return ctx.Err()
}

func (s Service) forgotten(ctx context.Context, tx *gorm.DB,
	send func(ctx context.Context, tx *gorm.DB, u User) error) (bool, error) {
	var rows []struct {
		ID      uuid.UUID
		Email   string
		Address string
	}
	now := s.trueNow()
	err := tx.Raw(`UPDATE reset_requests SET handled_at = ? WHERE id = (SELECT id FROM reset_requests
			WHERE handled_at IS NULL ORDER BY at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING id, email, address`, now).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return false, err
	}
	u, err := ByEmail(ctx, tx, rows[0].Email)
	if errs.KindOf(err) == errs.NotFound || err == nil && !u.Active {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	var before int
	err = tx.Raw(`SELECT count(*) FROM reset_requests WHERE email = ? AND handled_at > ? AND id <> ?`, u.Email,
		now.Add(-resetWindow), rows[0].ID).Scan(&before).Error
	if err != nil || before >= resetsOfUser {
		return true, err
	}
	ctx = audit.WithFrom(ctx, audit.From{Address: rows[0].Address})
	if err := s.record(ctx, tx, stranger(), "user.password_forgotten", u, Change{}); err != nil {
		return false, err
	}
	return true, send(ctx, tx, u)
}
