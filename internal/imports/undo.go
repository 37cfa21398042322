package imports

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Undone is what taking an import back did, and who did it.
type Undone struct {
	Undo
	By string    `json:"-"`
	At time.Time `json:"-"`
}

// PlanUndo tells what taking an import back would do now. errs.Conflict when it was
// never applied, was taken back already, or is of a kind that cannot be.
func (s Service) PlanUndo(ctx context.Context, k Kind, id uuid.UUID) (Preview, Undo, error) {
	p, err := s.Preview(ctx, k, id)
	if err != nil {
		return p, Undo{}, err
	}
	var u Undo
	err = s.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		f, err := load(tx, k, id, "")
		if err != nil {
			return err
		}
		u, err = f.planUndo(tx, k)
		return err
	})
	return p, u, err
}

func (f stored) planUndo(tx *gorm.DB, k Kind) (Undo, error) {
	undoer, ok := k.(Undoer)
	switch {
	case !ok:
		return Undo{}, errs.New(errs.Conflict, "An import of this kind cannot be taken back.")
	case f.AppliedAt == nil:
		return Undo{}, errs.New(errs.Conflict, "This file was not applied, so there is nothing to take back.")
	case f.UndoneAt != nil:
		return Undo{}, errs.Newf(errs.Conflict, "%s has taken this import back already.", f.UndoneBy)
	}
	return undoer.PlanUndo(tx, f.ID)
}

// Undo takes an applied import back, once: records it made go, unless something uses
// them; changed fields go back, unless changed since.
func (s Service) Undo(ctx context.Context, by audit.Actor, k Kind, id uuid.UUID) (Undo, error) {
	var u Undo
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		f, err := load(tx, k, id, "FOR UPDATE")
		if err != nil {
			return err
		}
		if err := k.Lock(tx); err != nil {
			return fmt.Errorf("lock for undo: %w", err)
		}
		if u, err = f.planUndo(tx, k); err != nil {
			return err
		}
		if err := u.Write(tx); err != nil {
			return fmt.Errorf("undo import: %w", err)
		}
		return s.recordUndo(tx, by, k.Subject(), f, u)
	})
	return u, err
}

func (s Service) recordUndo(tx *gorm.DB, by audit.Actor, subject Subject, f stored, u Undo) error {
	doc, err := json.Marshal(u)
	if err != nil {
		return err
	}
	err = tx.Exec(`UPDATE imports SET undone_by = ?, undone_at = ?, undo_result = ?::jsonb WHERE id = ?`, by.Name,
		s.Clock.Now(), string(doc), f.ID).Error
	if err != nil {
		return fmt.Errorf("keep undo of import: %w", err)
	}
	return audit.Record(tx.Statement.Context, tx, s.Clock, by, audit.Event{
		Action: subject.ObjectType + ".import_undone", ObjectType: subject.ObjectType, ObjectID: subject.objectID(f.ID),
		ObjectName: subject.ObjectName,
		After: map[string]any{"import": f.ID, "file": f.FileName, "removed": u.Removed, "restored": u.Restored,
			"kept": u.Kept()},
	})
}

func (f stored) undone() (*Undone, error) {
	if f.UndoneAt == nil {
		return nil, nil
	}
	u := &Undone{By: f.UndoneBy, At: *f.UndoneAt}
	if err := json.Unmarshal(f.UndoResult, &u.Undo); err != nil {
		return nil, fmt.Errorf("undo of import %s: %w", f.ID, err)
	}
	return u, nil
}
