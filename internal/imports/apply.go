package imports

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
)

// keptRows is how many lines a result keeps, the refused ones first.
const keptRows = 1000

// Result is what a file did when it was applied.
type Result struct {
	Summary
	// Expected is what the preview had said, where the records changed since; else nil.
	Expected *Summary  `json:"expected,omitempty"`
	Rows     []Row     `json:"rows"` // refused, changed and new lines, up to a thousand
	Notes    []string  `json:"notes,omitempty"`
	Undoable bool      `json:"undoable,omitempty"`
	By       string    `json:"-"`
	At       time.Time `json:"-"`
	Undone   *Undone   `json:"-"` // nil unless somebody took it back
}

// Order asks to apply a file.
type Order struct {
	ID   uuid.UUID
	Seen string // Summary.Token of the preview the person saw; empty when not known
}

// Apply does what the file says, in one transaction, against what stands at that
// moment. A file that was applied before does nothing and gives its first result.
func (s Service) Apply(ctx context.Context, by audit.Actor, k Kind, o Order) (*Result, error) {
	var result *Result
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		f, err := load(tx, k, o.ID, "FOR UPDATE")
		if err != nil {
			return err
		}
		if result, err = f.outcome(); err != nil || result != nil {
			return err
		}
		result, err = s.write(tx, k, f, o.Seen)
		if err != nil {
			return err
		}
		return s.record(tx, by, k.Subject(), f, result)
	})
	return result, err
}

func (s Service) write(tx *gorm.DB, k Kind, f stored, seen string) (*Result, error) {
	if err := k.Lock(tx); err != nil {
		return nil, fmt.Errorf("lock for import: %w", err)
	}
	p, err := f.plan(tx, k)
	if err != nil {
		return nil, err
	}
	if err := p.Write(tx); err != nil {
		return nil, fmt.Errorf("write import: %w", err)
	}
	r := resultOf(p, seen)
	_, r.Undoable = k.(Undoer)
	return r, nil
}

func resultOf(p Plan, seen string) *Result {
	r := &Result{Summary: p.Summary(), Notes: p.Notes}
	if was, ok := readToken(seen); ok && was.Mark != r.Mark {
		r.Expected = &was
	}
	for _, o := range []Outcome{Refused, Changed, New} {
		for _, row := range p.Rows {
			if row.Outcome == o && len(r.Rows) < keptRows {
				r.Rows = append(r.Rows, row)
			}
		}
	}
	r.Rows = inFileOrder(slices.Clip(r.Rows))
	return r
}

// record keeps the result with the file and writes one row into the trail.
func (s Service) record(tx *gorm.DB, by audit.Actor, subject Subject, f stored, r *Result) error {
	doc, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("result of import: %w", err)
	}
	err = tx.Exec(`UPDATE imports SET applied_by = ?, applied_at = ?, result = ?::jsonb WHERE id = ?`,
		by.Name, s.Clock.Now(), string(doc), f.ID).Error
	if err != nil {
		return fmt.Errorf("keep result of import: %w", err)
	}
	return audit.Record(tx.Statement.Context, tx, s.Clock, by, audit.Event{
		Action: subject.ObjectType + ".imported", ObjectType: subject.ObjectType, ObjectID: subject.objectID(f.ID),
		ObjectName: subject.ObjectName,
		After: map[string]any{"import": f.ID, "file": f.FileName, "new": r.New, "changed": r.Changed,
			"unchanged": r.Unchanged, "refused": r.Refused},
	})
}

// objectID names in the trail the record imported into, else the import itself.
func (s Subject) objectID(importID uuid.UUID) string {
	if s.Target != uuid.Nil {
		return s.Target.String()
	}
	return importID.String()
}
