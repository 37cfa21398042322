// Package access gets people in who have no password yet, or none any more: invitations, and links for those who
// forgot theirs; and tells people by mail what was changed of their accounts. It says what the mails say and when they
// are still wanted; who somebody is, and what a link opens, is known to auth, and how mail travels to mail. It knows
// no page.
package access

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

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
	Zone *time.Location
}

// ByMail tells whether mail can go out at all.
func (s Service) ByMail(ctx context.Context) (bool, error) {
	srv, _, err := mail.Load(ctx, s.DB.Read(ctx))
	return srv.Ready(), err
}

// Invitation is what came of an invitation. Link is there where no mail goes out, to be handed over by a person; it
// can be shown this once only.
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
		if err := auth.Touched(ctx, tx, s.Auth.Clock, by, u.ID, auth.LinkHanded); err != nil {
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

// tell mails a person what was changed of their account, at the address that it had before, and what to do if it was
// not them.
func (s Service) tell(ctx context.Context, tx *gorm.DB, n auth.News) error {
	from := ""
	if n.Address != "" {
		from = ", from the address " + n.Address
	}
	body := fmt.Sprintf("Hello %s,\n\n%s\n\nWhen: %s%s. By: %s. Where: Seatledger, %s.\n\nIf you did this, or asked "+
		"for it, do nothing. If not, somebody else may have your account: tell an administrator now, choose a new "+
		"password at %s/login/forgotten, and end your other sessions on your profile.\n", n.Name, n.Text,
		n.At.In(s.Zone).Format("2 Jan 2006 15:04 MST"), from, n.ByName, s.Auth.BaseURL,
		strings.TrimRight(s.Auth.BaseURL, "/"))
	_, _, err := s.Mail.Queue(ctx, tx, audit.System, mail.Letter{Kind: mail.Notice, Language: "en",
		ObjectName: "News of an account", To: []string{n.Email}, Subject: "Your Seatledger account was changed",
		Body: body})
	return err
}

// SendFactorLink mails a link to a person's own address, which lets the session that opens it set up a second factor.
// errs.Conflict where no mail goes out, or one went out a moment ago.
func (s Service) SendFactorLink(ctx context.Context, u auth.User) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		srv, _, err := mail.Load(ctx, tx)
		if err != nil {
			return err
		}
		if !srv.Ready() {
			return errs.New(errs.Conflict,
				"No mail goes out from here, so nothing was sent. Ask an administrator to "+
					"clear your factors on your page under Users: you can set one up for a day then.")
		}
		if err := s.Auth.FactorLinkDue(ctx, tx, u); err != nil {
			return err
		}
		body := fmt.Sprintf("Hello %s,\n\nsomebody who signed in with your password wants to set up a second factor "+
			"for you at Seatledger, %s.\n\nIf it was you, open this within 30 minutes in the same browser:\n%s\n\n"+
			"If it was not you, somebody knows your password: choose a new one at %s/login/forgotten and tell an "+
			"administrator.\n",
			u.Name, s.Auth.BaseURL, mail.LinkHere, strings.TrimRight(s.Auth.BaseURL, "/"))
		return s.send(ctx, tx, u.Actor(), auth.Factor, u, "Second factor", "Set up your second factor for Seatledger",
			body)
	})
}

// Work sends what people asked for who forgot their password, and tells people what was changed of their accounts. A
// job calls it.
func (s Service) Work(ctx context.Context) error {
	if err := s.Auth.DropNews(ctx); err != nil {
		return err
	}
	ready, err := s.ByMail(ctx)
	if err != nil || !ready {
		return err
	}
	if err := s.Auth.TellNews(ctx, s.tell); err != nil {
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
