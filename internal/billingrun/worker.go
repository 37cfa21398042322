package billingrun

import (
	"context"
	"errors"
	"sync"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/billing"
	"seatledger/internal/errs"
	"seatledger/internal/obs"
	"seatledger/internal/postgres"
	"seatledger/internal/runs"
)

// atOnce is how many contracts are worked at a time, each in a transaction of its own; batch, of how many it is read
// beforehand how they were billed last.
const (
	atOnce = 3
	batch  = 100
)

// task is one contract of a run with what is to be done to it.
type task struct {
	RunID      uuid.UUID
	ContractID uuid.UUID
	State      State
	Goal       Goal
	ByItself   string // who has set that it is billed by itself, where it is
}

// some works the next contracts of a run: all drafts before anything is billed, so that what goes out together is
// whole, and all bills before anything is sent.
func (s *Service) some(ctx context.Context, h *runs.Hold, run uuid.UUID) (more bool, err error) {
	var next []task
	err = s.DB.Read(ctx).Raw(`SELECT run_id, contract_id, state, goal, by_itself
		FROM (SELECT *, min(phase) OVER () AS first
			FROM (SELECT *, CASE state WHEN 'waiting' THEN 1 WHEN 'drafted' THEN 2 ELSE 3 END AS phase
			FROM billing_run_contracts WHERE run_id = ? AND `+open+`) o) p WHERE phase = first ORDER BY place LIMIT ?`,
		run, batch).Scan(&next).Error
	if err != nil || len(next) == 0 {
		return false, err
	}
	r, err := Get(ctx, s.DB.Read(ctx), run)
	if err != nil {
		return false, err
	}
	w := &worker{s: s, h: h, run: r}
	if next[0].State == Waiting {
		if err := w.prepare(ctx, next); err != nil {
			return false, err
		}
	} else if err := s.compareShown(ctx, h, r); err != nil {
		return false, err
	}
	return true, w.all(ctx, next)
}

// worker works contracts of one run.
type worker struct {
	s    *Service
	h    *runs.Hold
	run  Run
	last map[uuid.UUID]lastInvoice
}

// prepare reads how contracts were billed last.
func (w *worker) prepare(ctx context.Context, next []task) (err error) {
	ids := make([]uuid.UUID, len(next))
	for i, t := range next {
		ids[i] = t.ContractID
	}
	w.last, err = lastInvoices(ctx, w.s.DB.Read(ctx), ids)
	return err
}

// all works contracts, some at a time. A failed one stops no other; what stops the whole is no fault of a contract.
func (w *worker) all(ctx context.Context, next []task) error {
	todo, failed := make(chan task), make(chan error, atOnce)
	var busy sync.WaitGroup
	for range atOnce {
		busy.Go(func() {
			for t := range todo {
				if err := w.one(ctx, t); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	err := feed(ctx, todo, failed, next)
	close(todo)
	busy.Wait()
	select {
	case late := <-failed:
		err = errors.Join(err, late)
	default:
	}
	return err
}

func feed(ctx context.Context, todo chan<- task, failed <-chan error, next []task) error {
	for _, t := range next {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case err := <-failed:
			return err
		case todo <- t:
		}
	}
	return nil
}

// one takes a contract one step further, in one transaction. What is refused leaves nothing but its reason.
func (w *worker) one(ctx context.Context, t task) error {
	err := w.h.InTx(ctx, func(tx *gorm.DB) error {
		still, err := locksStill(ctx, tx, t)
		if err != nil || !still {
			return err
		}
		if err := w.step(ctx, tx, t); err != nil {
			return err
		}
		return w.h.Progressed(tx)
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil || errors.Is(err, runs.ErrLost) || postgres.TroubleOf(err) != postgres.None:
		return err
	}
	return w.refuse(ctx, t, postgres.Translate(err))
}

// locksStill locks a contract of a run where it stands as it did: who was here before has done it. The statements that
// follow are the same for each contract and look up a few rows, so their plans are kept: planning them each time takes
// a good part of the time that they take.
func locksStill(ctx context.Context, tx *gorm.DB, t task) (bool, error) {
	var there []State
	err := tx.WithContext(ctx).Raw(`SELECT state FROM billing_run_contracts,
			set_config('plan_cache_mode', 'force_generic_plan', true)
		WHERE run_id = ? AND contract_id = ? AND state = ? AND goal = ? FOR UPDATE OF billing_run_contracts`, t.RunID, t.ContractID, t.State, t.Goal).Scan(&there).Error
	return len(there) > 0, err
}

func (w *worker) step(ctx context.Context, tx *gorm.DB, t task) error {
	switch {
	case t.State == Waiting:
		return w.draft(ctx, tx, t)
	case t.State == Drafted && t.Goal == ToUndo:
		return w.throwAway(ctx, tx, t)
	case t.State == Drafted:
		return w.bill(ctx, tx, t)
	}
	return w.send(ctx, tx, t)
}

// refuse keeps why a contract goes no further, with what to do.
func (w *worker) refuse(ctx context.Context, t task, why error) error {
	if errs.KindOf(why) == errs.Internal && w.s.Log != nil {
		w.s.Log.ErrorContext(obs.WithRun(ctx, w.h.ID.String()), "a contract of a billing run failed",
			"contract", t.ContractID, "error", why)
	}
	return w.h.InTx(ctx, func(tx *gorm.DB) error {
		state := t.State
		if state == Waiting {
			state = Refused
			if errors.Is(why, billing.ErrNothing) {
				state = Skipped
			}
		}
		err := tx.Exec(`UPDATE billing_run_contracts SET state = ?, goal = 'draft', message = ?
			WHERE run_id = ? AND contract_id = ? AND state = ?`, state, said(why), t.RunID, t.ContractID, t.State).Error
		if err != nil {
			return err
		}
		return w.h.Progressed(tx)
	})
}

// drafter is who asked for the run; stepper, for the step that is at work.
func (r Run) drafter() audit.Actor { return audit.Actor{ID: r.ActorID.UUID, Name: r.Actor} }

func (r Run) stepper() audit.Actor {
	if r.StepBy == "" {
		return r.drafter()
	}
	return audit.Actor{ID: r.StepID.UUID, Name: r.StepBy}
}

// actor is who takes a step at a contract: a person, or the setting by which it goes by itself.
func (w *worker) actor(t task) audit.Actor {
	if t.ByItself != "" {
		return settingOf(t.ByItself)
	}
	return w.run.stepper()
}
