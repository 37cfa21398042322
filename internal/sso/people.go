package sso

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Identity ties a user to who they are at a provider.
type Identity struct {
	Issuer, Subject string
	UserID          uuid.UUID
	LinkedAt        time.Time
	LinkedBy        string
	LastUsed        *time.Time
}

const longestSubject = 255

// Of are the identities of a user.
func Of(ctx context.Context, db *gorm.DB, user uuid.UUID) ([]Identity, error) {
	var all []Identity
	err := db.WithContext(ctx).Raw(`SELECT issuer, subject, user_id, linked_at, linked_by, last_used
		FROM user_identities WHERE user_id = ? ORDER BY issuer`, user).Scan(&all).Error
	return all, err
}

// Link ties the person who came back to the user who asked for it, who is signed in.
func (s Service) Link(ctx context.Context, u auth.User, p Person) error {
	if p.Link != u.ID {
		return errNotYours
	}
	return s.LinkTo(ctx, u.Actor(), u, p.Issuer, p.Subject)
}

// LinkTo ties a user to an issuer and subject, which an administrator types or a person brings.
func (s Service) LinkTo(ctx context.Context, by audit.Actor, u auth.User, issuer, subject string) error {
	if subject == "" || len(subject) > longestSubject {
		return errs.Fields{"subject": "Enter the subject as the provider names it, at most 255 characters."}.Err()
	}
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := link(tx, s.Clock, by, u.ID, issuer, subject); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "identity.linked", u, issuer, subject)
	})
	switch postgres.Constraint(err) {
	case "user_identities_pkey":
		return errs.New(errs.Conflict, "This account of the identity provider belongs to another user already. "+
			"Nothing was changed.")
	case "user_identities_user_id_issuer_key":
		return errs.New(errs.Conflict, "This user is linked to another account of the same provider. Unlink it first.")
	}
	return err
}

func link(tx *gorm.DB, clk clock.Clock, by audit.Actor, user uuid.UUID, issuer, subject string) error {
	return tx.Exec(`INSERT INTO user_identities (issuer, subject, user_id, linked_at, linked_by) VALUES (?, ?, ?, ?,
		?)`,
		issuer, subject, user, clk.Now(), by.Name).Error
}

// Unlink lets a user be known to no provider any more. Twice is harmless.
func (s Service) Unlink(ctx context.Context, by audit.Actor, u auth.User) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		gone := tx.Exec(`DELETE FROM user_identities WHERE user_id = ?`, u.ID)
		if gone.Error != nil || gone.RowsAffected == 0 {
			return gone.Error
		}
		return s.record(ctx, tx, by, "identity.unlinked", u, "", "")
	})
}

func (s Service) record(ctx context.Context, tx *gorm.DB, by audit.Actor, action string, u auth.User, issuer,
	subject string) error {
	text := "A link to an account of your identity provider was removed."
	if action == "identity.linked" {
		text = "An account of your identity provider was linked: whoever has that signs in here as you."
		if err := auth.Touched(ctx, tx, s.Clock, by, u.ID, auth.Tied); err != nil {
			return err
		}
	}
	if err := auth.AddNews(ctx, tx, auth.News{UserID: u.ID, Email: u.Email, Text: text, ByName: by.Name,
		At: s.Clock.Now()}); err != nil {
		return err
	}
	e := audit.Event{Action: action, ObjectType: "user", ObjectID: u.ID.String(), ObjectName: u.Name}
	if issuer != "" {
		e.After = map[string]any{"issuer": issuer, "subject": subject}
	}
	return audit.Record(ctx, tx, s.Clock, by, e)
}

// SignIn takes in who a person is here: known by issuer and subject, never by a mail address. Their role becomes what
// their groups give. Somebody who is unknown gets an account only where that is set and a group gives a role.
func (s Service) SignIn(ctx context.Context, p Person, address string) (auth.Entry, error) {
	u, err := s.user(ctx, p)
	if err != nil {
		return auth.Entry{}, err
	}
	if err := s.DB.Read(ctx).Exec(`UPDATE user_identities SET last_used = ? WHERE issuer = ? AND subject = ?`,
		s.Clock.Now(), p.Issuer, p.Subject).Error; err != nil {
		return auth.Entry{}, err
	}
	return s.Auth.Enter(ctx, auth.Proof{User: u, By: auth.ByProvider, Strong: p.Strong && p.setup.TrustMFA,
		Address: address})
}

func (s Service) user(ctx context.Context, p Person) (auth.User, error) {
	role, has := p.setup.role(p.Groups)
	u, err := s.known(ctx, p)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return s.made(ctx, p, role)
	case err != nil:
		return u, err
	case p.setup.mapped() && !has:
		return u, s.refused(ctx, p, "none of your groups has a role here", "no group with a role")
	case !u.Active:
		return u, s.refused(ctx, p, "your account here is disabled", "disabled")
	case !has || role == u.Role:
		return u, nil
	}
	err = s.Auth.Edit(ctx, provider, u.ID, auth.Edit{Name: u.Name, Email: u.Email, Role: role, Version: u.Version})
	if err != nil && errs.KindOf(err) != errs.Conflict { // the last administrator stays one
		return u, err
	}
	return auth.Get(ctx, s.DB.Read(ctx), u.ID)
}

var provider = audit.Actor{Name: "Identity provider"}

func (s Service) known(ctx context.Context, p Person) (auth.User, error) {
	var ids []uuid.UUID
	err := s.DB.Read(ctx).Raw(`SELECT user_id FROM user_identities WHERE issuer = ? AND subject = ?`, p.Issuer,
		p.Subject).Scan(&ids).Error
	if err != nil {
		return auth.User{}, err
	}
	if len(ids) == 0 {
		return auth.User{}, errs.New(errs.NotFound, "There is no such user.")
	}
	return auth.Get(ctx, s.DB.Read(ctx), ids[0])
}

// made is an account for somebody unknown. One that has the address already is never taken over.
func (s Service) made(ctx context.Context, p Person, role auth.Role) (auth.User, error) {
	if !p.setup.Make || role == "" {
		return auth.User{}, s.refused(ctx, p, "nobody here is linked to your account of the identity provider. "+
			"Sign in "+
			"with your password and link it in your profile, or ask an administrator", "unknown")
	}
	_, err := auth.ByEmail(ctx, s.DB.Read(ctx), p.Email)
	if err == nil {
		return auth.User{}, s.refused(ctx, p, "an account with your address is here already and not linked. Sign "+
			"in with "+
			"its password and link it in your profile, or ask an administrator", "address taken")
	}
	if errs.KindOf(err) != errs.NotFound {
		return auth.User{}, err
	}
	name := p.Name
	if name == "" {
		name = p.Email
	}
	u, err := s.Auth.Create(ctx, provider, auth.NewUser{Name: name, Email: p.Email, Role: role,
		Password: rand.Text() + " " + rand.Text()}) // nobody knows it
	if errs.KindOf(err) == errs.Invalid {
		return u, s.refused(ctx, p, "the identity provider does not give a name and a mail address that can be used",
			"no name or address")
	}
	if err != nil {
		return u, err
	}
	return u, s.LinkTo(ctx, provider, u, p.Issuer, p.Subject)
}

func (s Service) refused(ctx context.Context, p Person, says, why string) error {
	err := audit.Note(ctx, s.DB, s.Clock, audit.Actor{Name: "Not signed in"}, audit.Event{Action: "sign_in.refused",
		ObjectType: "identity", ObjectID: p.Subject, ObjectName: p.Issuer, After: map[string]any{"why": why}})
	if err != nil {
		return err
	}
	return errs.Newf(errs.Forbidden, "You are not signed in: %s.", says)
}
