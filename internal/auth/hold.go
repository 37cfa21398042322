package auth

import (
	"context"

	"github.com/google/uuid"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/secret"
)

// HeldForm is a form that waits until its sender has proved who they are. What was typed is kept sealed, since it may
// hold secrets.
type HeldForm struct {
	Address     string // method and address that it was sent to; it goes nowhere else
	ContentType string
	Body        []byte
}

func heldPlace(id, session uuid.UUID) secret.Place {
	return secret.Place{Table: "held_forms", Row: id.String(), Column: "sealed", For: "session " + session.String()}
}

// Hold keeps a form for a session, for as long as the second step of a sign-in may take. It takes the place of what
// the session sent to the same address before.
func (s Service) Hold(ctx context.Context, session uuid.UUID, f HeldForm) (uuid.UUID, error) {
	id := newID()
	sealed, err := s.Sealer.Seal(heldPlace(id, session), distributor.Secret(f.Body))
	if err != nil {
		return uuid.Nil, err
	}
	db := s.DB.Read(ctx)
	if err := db.Exec(`DELETE FROM held_forms WHERE session_id = ? AND address = ?`, session, f.Address).Error; err != nil {
		return uuid.Nil, err
	}
	return id, db.Exec(`INSERT INTO held_forms (id, session_id, address, content_type, sealed, expires_at)
		VALUES (?, ?, ?, ?, ?, ?)`, id, session, f.Address, f.ContentType, sealed, s.trueNow().Add(stepLasts)).Error
}

// Release gives a form back to the session and address that it was held for, once: errs.Conflict when it is gone.
func (s Service) Release(ctx context.Context, session, id uuid.UUID, address string) (HeldForm, error) {
	var rows []struct {
		ContentType string
		Sealed      []byte
	}
	err := s.DB.Read(ctx).Raw(`DELETE FROM held_forms WHERE id = ? AND session_id = ? AND address = ? AND expires_at > ?
		RETURNING content_type, sealed`, id, session, address, s.trueNow()).Scan(&rows).Error
	if err != nil {
		return HeldForm{}, err
	}
	if len(rows) == 0 {
		return HeldForm{}, errs.New(errs.Conflict, "What you had typed was kept for ten minutes and is gone now, "+
			"or was sent already. Go back to the form, look, and send it again.")
	}
	plain, err := s.Sealer.Open(heldPlace(id, session), rows[0].Sealed)
	return HeldForm{Address: address, ContentType: rows[0].ContentType, Body: []byte(plain.Reveal())}, err
}
