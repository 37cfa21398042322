package crm

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Note is what somebody wrote about an account. It is never changed.
type Note struct {
	ID        uuid.UUID
	Text      string
	WrittenBy string
	WrittenAt time.Time
}

// LongestNote is how many characters a note may have.
const LongestNote = 4000

// AddNote writes a note, with who and when. press is the form that it came from: sent twice, it is one note.
func (s Service) AddNote(ctx context.Context, by audit.Actor, account, press uuid.UUID, text string) error {
	switch {
	case text == "":
		return errs.Fields{"note": "Write the note first."}.Err()
	case len([]rune(text)) > LongestNote:
		return errs.Fields{"note": fmt.Sprintf("The note is longer than %d characters.", LongestNote)}.Err()
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		a, err := Get(ctx, tx, account)
		if err != nil {
			return err
		}
		done := tx.WithContext(ctx).Exec(`
			INSERT INTO crm_account_notes (id, crm_account_id, text, written_by_id, written_by,
			written_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`, press, account, text,
			uuid.NullUUID{UUID: by.ID, Valid: by.IsPerson()}, by.Name, s.Clock.Now())
		if done.Error != nil {
			return fmt.Errorf("note on crm account %s: %w", account, done.Error)
		}
		if done.RowsAffected == 0 {
			return nil
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "crm_account.noted", ObjectType: "crm_account",
			ObjectID: account.String(), ObjectName: a.Name, After: map[string]any{"text": text}})
	})
}

// NotesOn are the newest notes on an account.
func NotesOn(ctx context.Context, db *gorm.DB, account uuid.UUID, most int) ([]Note, error) {
	var all []Note
	err := db.WithContext(ctx).Raw(`SELECT id, text, written_by, written_at FROM crm_account_notes
		WHERE crm_account_id = ? ORDER BY written_at DESC, id DESC LIMIT ?`, account, most).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("notes on crm account %s: %w", account, err)
	}
	return all, nil
}
