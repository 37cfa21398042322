package supplier

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
)

// PlanUndo tells what taking the bill of a file back would do: it is set aside, and the one that it replaced stands
// again.
func (k kind) PlanUndo(tx *gorm.DB, importID uuid.UUID) (imports.Undo, error) {
	var found []Bill
	if err := tx.Raw(`SELECT * FROM supplier_bills WHERE import_id = ?`, importID).Scan(&found).Error; err != nil {
		return imports.Undo{}, fmt.Errorf("bill of a file: %w", err)
	}
	if len(found) == 0 {
		return imports.Undo{}, errs.New(errs.Conflict, "This file brought no bill, so there is nothing to take back.")
	}
	b := found[0]
	if b.AsideAt != nil {
		return imports.Undo{}, alreadyAside(b)
	}
	u := imports.Undo{Removed: b.Lines, Write: func(tx *gorm.DB) error { return k.takeBack(tx, k.by, b, "taken back") }}
	if b.ReplacesID.Valid {
		before, err := Get(tx.Statement.Context, tx, b.ReplacesID.UUID)
		if err != nil {
			return u, err
		}
		u.Restored = before.Lines
		u.Rows = []imports.Row{{Outcome: imports.Changed, Label: before.Called(), Note: "stands again"}}
	}
	return u, nil
}

func alreadyAside(b Bill) error {
	return errs.Newf(errs.Conflict, "%s set this bill aside already: %s.", b.AsideBy, b.AsideWhy)
}

// takeBack sets a bill aside and lets the one that it replaced stand again.
func (s Service) takeBack(tx *gorm.DB, by audit.Actor, b Bill, why string) error {
	if err := s.setAside(tx, b.ID, by, why); err != nil || !b.ReplacesID.Valid {
		return err
	}
	return s.stand(tx, b.ReplacesID.UUID)
}

// TakeBack sets a bill aside with a reason; one that it replaced stands again.
func (s Service) TakeBack(ctx context.Context, by audit.Actor, id uuid.UUID, why string) error {
	why = strings.Join(strings.Fields(why), " ")
	if why == "" {
		return errs.Fields{"why": "Say why: it stands with the bill."}.Err()
	}
	if len(why) > longestText {
		return errs.Fields{"why": "This is longer than 500 characters."}.Err()
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := lock(tx); err != nil {
			return err
		}
		b, err := Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if b.AsideAt != nil {
			return alreadyAside(b)
		}
		if err := s.takeBack(tx, by, b, why); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "supplier_bill.set_aside", ObjectType: objectType,
			ObjectID: b.ID.String(), ObjectName: b.Called(), Before: map[string]any{"state": Standing},
			After: map[string]any{"state": Aside, "why": why}})
	})
}

const (
	objectType  = "supplier_bill"
	longestText = 500
)
