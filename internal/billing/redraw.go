package billing

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
)

// Redraw makes a draft anew from what is known now, in the old one's place.
func (s Service) Redraw(ctx context.Context, by audit.Actor, st invoice.Step) (uuid.UUID, error) {
	var id uuid.UUID
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		i, err := invoice.Locked(ctx, tx, st.ID, st.Version)
		if err != nil {
			return err
		}
		if i.State != invoice.Draft || i.Kind == invoice.Credit {
			return errs.Newf(errs.Conflict, "%s is %s; only a draft is drawn anew. Nothing was changed.",
				i.Called(), i.State)
		}
		if err := s.VoidIn(ctx, tx, by, invoice.Step{ID: i.ID, Reason: "drawn anew"}); err != nil {
			return err
		}
		id, err = s.draft(ctx, tx, by,
			Order{Run: Run{ContractID: i.ContractID, Kind: i.Kind, End: i.RunTo, group: i.SharedID}, Late: true, Growth: true})
		return err
	})
	return id, err
}

// Contradiction is what a draft made now would differ by from one that stands.
type Contradiction struct {
	Fresh Plan
	Says  bool // that it differs
}

// Contradicted compares a draft with a fresh one: what was recorded since may have changed it.
func (s Service) Contradicted(ctx context.Context, i invoice.Invoice) (Contradiction, error) {
	var c Contradiction
	if i.State != invoice.Draft || i.Kind == invoice.Credit {
		return c, nil
	}
	err := s.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		run := Run{ContractID: i.ContractID, Kind: i.Kind, End: i.RunTo, instead: i.ID}
		var err error
		if c.Fresh, err = s.plan(ctx, tx, &run); err != nil {
			return err
		}
		same, err := invoice.Same(ctx, tx, i.ID, c.Fresh.drafted())
		c.Says = !same
		return err
	})
	// the run could not be made now: nothing to compare with
	if errs.KindOf(err) == errs.Conflict || errs.KindOf(err) == errs.Invalid {
		return Contradiction{}, nil
	}
	return c, err
}
