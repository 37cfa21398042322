// Package access gets people in who have no password yet, or none any more: invitations, and links for those who
// forgot
// theirs. It says what the mails say and when they are still wanted; who somebody is, and what a link opens, is known
// to auth, and how mail travels to mail. It knows no page.
package access

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/errs"
	"seatledger/internal/mail"
	"seatledger/internal/postgres"
)

// LinkPath is the page that a link leads to.
const LinkPath = "/login/link"

// Service invites, and helps out who forgot their password.
type Service struct {
	DB   *postgres.DB
	Auth auth.Service
	Mail *mail.Service
}

// ByMail tells whether mail can go out at all.
func (s Service) ByMail(ctx context.Context) (bool, error) {
	srv, _, err := mail.Load(ctx, s.DB.Read(ctx))
	return srv.Ready(), err
}

// Invitation is what came of an invitation. Link is there where no mail goes out, to be handed over by a person; it
// can
// be shown this once only.
type Invitation struct {
	User auth.User
	Link string
}

// Invite makes a user without a password, and lets them choose one: errs.Invalid at name, email and role.
func (s Service) Invite(ctx context.Context, by audit.Actor, n auth.NewUser) (Invitation, error) {
	var out Invitation
	return out, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		u, err := s.Auth.Invited(ctx, tx, by, n)
		if err != nil {
			return err
		}
		out, err = s.invite(ctx, tx, by, u)
		return err
	})
}

// Again invites somebody once more who has not chosen a password yet: errs.Conflict otherwise. The link from before
// opens nothing any more.
func (s Service) Again(ctx context.Context, by audit.Actor, id uuid.UUID) (Invitation, error) {
	var out Invitation
	return out, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		u, err := auth.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if !u.Invited || !u.Active {
			return errs.New(errs.Conflict,
				"Only somebody active who has no password yet is invited. Nothing was changed; "+
					"who forgot a password asks for another one on the sign-in page.")
		}
		if out, err = s.invite(ctx, tx, by, u); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Auth.Clock, by, audit.Event{Action: "user.invited_again", ObjectType: "user",
			ObjectID: u.ID.String(), ObjectName: u.Name})
	})
}

func (s Service) invite(ctx context.Context, tx *gorm.DB, by audit.Actor, u auth.User) (Invitation, error) {
	srv, _, err := mail.Load(ctx, tx)
	if err != nil {
		return Invitation{}, err
	}
	if !srv.Ready() {
		token, err := s.Auth.MakeLink(ctx, tx, auth.Invite, u.ID, uuid.NullUUID{})
		return Invitation{User: u, Link: s.address(token)}, err
	}
	body := fmt.Sprintf("Hello %s,\n\n%s has invited you to Seatledger at %s, as %s.\n\nChoose a password here within "+
		"seven days:\n%s\n\nYou sign in with %s. If you expect no such invitation, do nothing.\n", u.Name, by.Name,
		s.Auth.BaseURL, u.Role.Label(), mail.LinkHere, u.Email)
	return Invitation{User: u}, s.send(ctx, tx, by, auth.Invite, u, "Invitation", "Your invitation to Seatledger",
		body)
}

func (s Service) send(ctx context.Context, tx *gorm.DB, by audit.Actor, p auth.Purpose, u auth.User, about, subject,
	body string) error {
	id, _, err := s.Mail.Queue(ctx, tx, by, mail.Letter{Kind: mail.Notice, Language: "en", ObjectName: about,
		To: []string{u.Email}, Subject: subject, Body: body})
	if err != nil {
		return err
	}
	_, err = s.Auth.MakeLink(ctx, tx, p, u.ID, uuid.NullUUID{UUID: id, Valid: true})
	return err
}

func (s Service) address(token string) string {
	return strings.TrimRight(s.Auth.BaseURL, "/") + LinkPath + "?" + url.Values{"token": {token}}.Encode()
}

// Work sends what people asked for who forgot their password. A job calls it.
func (s Service) Work(ctx context.Context) error {
	ready, err := s.ByMail(ctx)
	if err != nil || !ready {
		return err
	}
	return s.Auth.Forgotten(ctx, func(ctx context.Context, tx *gorm.DB, u auth.User) error {
		body := fmt.Sprintf("Hello %s,\n\nsomebody asked for a new password for you at Seatledger, %s.\n\nChoose "+
			"one here within 30 minutes:\n%s\n\nA second factor is asked as before. If it was not you, do nothing: "+
			"your password stays as it is.\n", u.Name, s.Auth.BaseURL, mail.LinkHere)
		return s.send(ctx, tx, audit.System, auth.Reset, u, "New password", "A new password for Seatledger", body)
	})
}

// Link is what goes out in place of mail.LinkHere; empty when a mail brings no link.
func (s Service) Link(ctx context.Context, tx *gorm.DB, m mail.Mail) (string, error) {
	token, err := s.Auth.TokenFor(ctx, tx, m.ID)
	if err != nil || token == "" {
		return "", err
	}
	return s.address(token), nil
}

// Wanted tells why a mail with a link is no longer wanted.
func (s Service) Wanted(ctx context.Context, tx *gorm.DB, m mail.Mail) (string, error) {
	if !strings.Contains(m.Body, mail.LinkHere) {
		return "", nil
	}
	stands, err := s.Auth.LinkStands(ctx, tx, m.ID)
	if err != nil || stands {
		return "", err
	}
	return "The link in it opens nothing any more: it is too old, or a later one took its place.", nil
}
