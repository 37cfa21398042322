package billing

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/internal/selection"
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
		id, _, err = s.DraftIn(ctx, tx, by,
			Order{Run: Run{ContractID: i.ContractID, Kind: i.Kind, End: i.RunTo, group: i.SharedID}, Late: true,
				Growth: true})
		if err != nil || s.Redrawn == nil {
			return err
		}
		return s.Redrawn(ctx, tx, i.ID, id)
	})
	return id, err
}

// Deeds are what can be done to many invoices: those of their records, and to bill drafts that a fresh one would not
// contradict.
func (s Service) Deeds() []selection.Deed { return append(s.Service.Deeds(), s.Billing(s.Fresh)) }

// Fresh refuses a draft that is no longer what one made now would be (RULES 8). Only what had anything recorded since
// is reckoned again.
func (s Service) Fresh(ctx context.Context, tx *gorm.DB, i invoice.Invoice) error {
	if i.Kind == invoice.Credit {
		return nil
	}
	touched, err := invoice.TouchedSince(ctx, tx, i.ID)
	if err != nil || !touched {
		return err
	}
	c, err := s.ContradictedIn(ctx, tx, i)
	if err != nil || !c.Says {
		return err
	}
	return errs.Newf(errs.Conflict,
		"Something was entered since it was drafted: it comes to %s %s, a draft made now to %s. "+
			"Draw it anew on its page, then bill it.", money.Grouped(i.Total, i.Currency), i.Currency,
		money.Grouped(c.Fresh.Total, i.Currency))
}

// Contradiction is what a draft made now would differ by from one that stands.
type Contradiction struct {
	Fresh Plan
	Says  bool // that it differs
}

// Contradicted compares a draft with a fresh one: what was recorded since may have changed it.
func (s Service) Contradicted(ctx context.Context, i invoice.Invoice) (Contradiction, error) {
	var c Contradiction
	err := s.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		c, err = s.ContradictedIn(ctx, tx, i)
		return err
	})
	return c, err
}

// ContradictedIn is Contradicted as a part of a larger step.
func (s Service) ContradictedIn(ctx context.Context, tx *gorm.DB, i invoice.Invoice) (c Contradiction, err error) {
	if i.State != invoice.Draft || i.Kind == invoice.Credit {
		return c, nil
	}
	run := Run{ContractID: i.ContractID, Kind: i.Kind, End: i.RunTo, instead: i.ID}
	if c.Fresh, err = s.plan(ctx, tx, &run); err == nil {
		var same bool
		same, err = invoice.Same(ctx, tx, i.ID, c.Fresh.drafted())
		c.Says = !same
	}
	// the run could not be made now: nothing to compare with
	if errs.KindOf(err) == errs.Conflict || errs.KindOf(err) == errs.Invalid {
		return Contradiction{}, nil
	}
	return c, err
}
