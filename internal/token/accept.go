package token

import (
	"context"
	"time"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/errs"
)

// TooMany says that a token was used too often, and how long it has to wait.
type TooMany struct{ Wait time.Duration }

func (t *TooMany) Error() string { return "the token was used too often, wait " + t.Wait.String() }

// Accept recognises a token, counts its use and notes from where: errs.Unauthenticated when it opens nothing, also
// when whoever made it no longer could; *TooMany when it was used too often in this minute, by all processes together.
func (s Service) Accept(ctx context.Context, secret, address string) (Token, error) {
	now := s.Clock.Now()
	minute := now.Truncate(time.Minute)
	var row struct {
		Token `gorm:"embedded"`
		Used  int
	}
	found := s.DB.Read(ctx).Raw(`UPDATE api_tokens t SET last_used_at = @now, last_address = @address,
			used = CASE WHEN t.minute = @minute THEN t.used + 1 ELSE 1 END, minute = @minute
		FROM users u WHERE u.id = t.made_by AND t.hash = @hash AND t.revoked_at IS NULL AND t.expires_at > @now
			AND u.active AND u.role = 'admin'
		RETURNING `+columns+`, t.used`,
		map[string]any{"now": now, "minute": minute, "address": address, "hash": hashOf(secret)}).Scan(&row)
	if found.Error != nil {
		return Token{}, found.Error
	}
	if found.RowsAffected == 0 {
		return Token{}, s.unknown(ctx, address)
	}
	if row.Used > PerMinute {
		wait := minute.Add(time.Minute).Sub(now)
		return row.Token, s.note(ctx, row.Token, "token.throttled", "", &TooMany{Wait: max(wait, time.Second)})
	}
	return row.Token, nil
}

// unknown says one thing of every token that opens nothing.
func (s Service) unknown(ctx context.Context, address string) error {
	place := auth.Place(address)
	err := audit.Folds{DB: s.DB, Clock: s.Clock}.Note(ctx, audit.Actor{Name: "Not signed in"}, "token "+place,
		audit.Event{Action: "token.refused", ObjectType: "place", ObjectID: place, ObjectName: place})
	if err != nil {
		return err
	}
	return errs.New(errs.Unauthenticated, "This token opens nothing: it is not known, has expired, or was revoked. "+
		"Nothing was read.")
}

// Denied notes that a token asked for what it may not read.
func (s Service) Denied(ctx context.Context, t Token, method, route string) error {
	return s.note(ctx, t, "access.denied", method+" "+route, errs.Newf(errs.Forbidden,
		"The token %s reads the CSV files of the lists of its areas, and nothing else. Nothing was changed.", t.Name))
}

// note leaves a row once a minute, and gives the answer.
func (s Service) note(ctx context.Context, t Token, action, what string, answer error) error {
	err := audit.Folds{DB: s.DB, Clock: s.Clock}.Note(ctx, t.Actor(), action+" "+t.ID.String()+" "+what,
		audit.Event{Action: action, ObjectType: "token", ObjectID: t.ID.String(), ObjectName: t.Name + " " + what})
	if err != nil {
		return err
	}
	return answer
}
