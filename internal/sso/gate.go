package sso

import (
	"context"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Gate says who may come in by a password. It asks the provider nothing, so one that is down locks nobody out.
func Gate(db *postgres.DB, clk clock.Clock) func(context.Context, auth.User) error {
	return func(ctx context.Context, u auth.User) error {
		p, err := Load(ctx, db.Read(ctx))
		if err != nil || !p.On || p.Passwords == ForAll || p.Passwords == ForAdmins && u.Role == auth.Admin {
			return err
		}
		if u.Role == auth.Admin {
			until, err := auth.GlassBroken(ctx, db.Read(ctx))
			if now, _ := clock.True(clk); err != nil || now.Before(until) {
				return err
			}
		}
		err = audit.Note(ctx, db, clk, u.Actor(), audit.Event{Action: "sign_in.refused", ObjectType: "user",
			ObjectID: u.ID.String(), ObjectName: u.Name, After: map[string]any{"why": "not by a password"}})
		if err != nil {
			return err
		}
		return errs.Fields{"email": "Your role signs in by " + p.Name + " here, not with a password."}.Err()
	}
}

// Button is the name of the provider for the sign-in page; empty where there is none.
func (s Service) Button(ctx context.Context) (string, error) {
	p, err := Load(ctx, s.DB.Read(ctx))
	if err != nil || !p.On {
		return "", err
	}
	return p.Name, nil
}
