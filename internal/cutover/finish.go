package cutover

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/errs"
)

// Abandon gives a run up. Customers that are confirmed are taken back first; refused
// while one has come further. What waits as a twin stays held until a person decides.
func (s Service) Abandon(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	confirmed, err := CustomerIDs(ctx, s.DB.Read(ctx), id, CustomerFilter{Step: pairing.Confirmed})
	if err != nil {
		return err
	}
	if further, err := s.further(ctx, s.DB.Read(ctx), id); err != nil || further > 0 {
		return orMoved(further, err)
	}
	if len(confirmed) > 0 {
		seen := map[uuid.UUID]pairing.Step{}
		for _, c := range confirmed {
			seen[c] = pairing.Confirmed
		}
		back, err := s.TakeBack(ctx, by, id, confirmed, seen)
		if err != nil {
			return err
		}
		for _, r := range back.Refused {
			return errs.Newf(errs.Conflict, "%s could not be taken back: %s The cut-over goes on.", r.CRMAccount, r.Why)
		}
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		run, err := s.lockRun(ctx, tx, id)
		if err != nil {
			return err
		}
		p, err := ProgressOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if n := p.Confirmed + p.Reassigned + p.Retired; n > 0 {
			return orMoved(n, nil)
		}
		err = tx.Exec(`UPDATE cutover_pairs SET undone_at = ?, undone_by = ? WHERE undone_at IS NULL
			AND customer_id IN (SELECT id FROM cutover_customers WHERE cutover_id = ?)`,
			s.Clock.Now(), by.Name, id).Error
		if err != nil {
			return fmt.Errorf("take decisions back: %w", err)
		}
		return s.end(ctx, tx, by, run, RunAbandoned)
	})
}

func (s Service) further(ctx context.Context, db *gorm.DB, id uuid.UUID) (int, error) {
	p, err := ProgressOf(ctx, db, id)
	return p.Reassigned + p.Retired, err
}

func orMoved(n int, err error) error {
	if err != nil {
		return err
	}
	return errs.Newf(errs.Conflict,
		"The history of %d customers has gone over. Take their steps back first; the cut-over goes on.", n)
}

// Finish ends a run for good: nothing of it can be taken back any more. Every gate
// must be done; name is the run's, as a person typed it.
func (s Service) Finish(ctx context.Context, by audit.Actor, id uuid.UUID, name string) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		run, err := s.lockRun(ctx, tx, id)
		if err != nil {
			return err
		}
		if strings.TrimSpace(name) != run.Name {
			return errs.Fields{"name": fmt.Sprintf("Type the name of the cut-over, %s, to finish it.", run.Name)}.Err()
		}
		gates, err := s.Gates(ctx, tx, id)
		if err != nil {
			return err
		}
		var left []string
		for _, g := range gates {
			if !g.State.Passed() {
				left = append(left, fmt.Sprintf("%s: %s", g.Name, g.Says))
			}
		}
		if len(left) > 0 {
			return errs.Newf(errs.Conflict, "The cut-over cannot be finished yet. %s Nothing was changed.",
				strings.Join(left, " "))
		}
		return s.end(ctx, tx, by, run, RunFinished)
	})
}

func (s Service) end(ctx context.Context, tx *gorm.DB, by audit.Actor, run Run, to RunState) error {
	err := tx.WithContext(ctx).Exec(`UPDATE cutovers SET state = ?, ended_at = ?, ended_by = ?, version = version + 1
		WHERE id = ?`, to, s.Clock.Now(), by.Name, run.ID).Error
	if err != nil {
		return fmt.Errorf("end cut-over: %w", err)
	}
	return audit.Record(ctx, tx, s.Clock, by,
		run.event("cutover."+string(to), map[string]any{"state": run.State}, map[string]any{"state": to}))
}
