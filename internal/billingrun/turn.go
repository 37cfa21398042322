package billingrun

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/runs"
)

// Job is the queue's task to work a billing run. It carries the id of the work alone.
type Job struct {
	TurnID uuid.UUID `json:"turn_id"`
}

// Kind names the job in the queue.
func (Job) Kind() string { return "billing_run" }

// headStart is how long the queue lets the request that asked for work begin with it (Go).
const headStart = 3 * time.Second

func (s *Service) desk() *runs.Desk {
	return &runs.Desk{Table: runs.Table{Name: "billing_run_turns", Subject: "run_id", Noun: "billing run",
		Kept:   "What was drafted, billed and sent until then stays.",
		GoesOn: "it goes on by itself at the next contract."},
		DB: s.DB, Clock: s.Clock, Zone: s.Zone, Log: s.Log, Meter: s.Meter, Ended: s.ended, Holder: s.Holder,
		About: s.about,
		Enqueue: func(ctx context.Context, tx *gorm.DB, id uuid.UUID, delay time.Duration) error {
			return s.Enqueue(ctx, tx, Job{id}, max(delay, headStart))
		}}
}

// turn asks for what is left of a run to be worked.
func (s *Service) turn(ctx context.Context, tx *gorm.DB, by audit.Actor, run uuid.UUID, why runs.Trigger) error {
	_, _, err := s.desk().RequestIn(ctx, tx, run, func(tx *gorm.DB) (uuid.UUID, error) {
		h := runs.NewHead(s.Clock, by, why)
		return h.ID, tx.Exec(`INSERT INTO billing_run_turns (id, run_id, trigger, state, requested_by_id, requested_by,
			requested_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			h.ID, run, h.Trigger, h.State, h.RequestedByID, h.RequestedBy, h.RequestedAt).Error
	})
	return err
}

// ended leaves nothing of a run waiting without work: what a cancelled or failed one did not come to is told so.
func (s *Service) ended(ctx context.Context, tx *gorm.DB, h runs.Head, out runs.Outcome) error {
	var run uuid.UUID
	if err := tx.Raw(`SELECT run_id FROM billing_run_turns WHERE id = ?`, h.ID).Row().Scan(&run); err != nil {
		return err
	}
	if out.State == runs.Succeeded || out.State == runs.Partial {
		var left bool
		err := tx.Raw(`SELECT EXISTS (SELECT FROM billing_run_contracts WHERE run_id = ? AND `+open+`)`, run).Row().
			Scan(&left)
		if err != nil {
			return err
		}
		if !left && h.Trigger == runs.ByNight {
			return s.tell(ctx, tx, run)
		}
		if !left {
			return nil
		}
		return s.turn(ctx, tx, audit.System, run, h.Trigger) // asked for after the work had found nothing left
	}
	return tx.Exec(`UPDATE billing_run_contracts SET message = ?, goal = 'draft',
			state = CASE state WHEN 'waiting' THEN 'skipped' ELSE state END
		WHERE run_id = ? AND `+open, out.Message, run).Error
}

func (s *Service) about(ctx context.Context, h runs.Head, ended bool) []any {
	db := s.DB.Read(ctx)
	var run uuid.UUID
	if db.Raw(`SELECT run_id FROM billing_run_turns WHERE id = ?`, h.ID).Row().Scan(&run) != nil {
		return nil
	}
	line := []any{"billing_run", run}
	if c, err := CountsOf(ctx, db, run); err == nil && ended {
		line = append(line, "contracts", c.Total(), "drafted", c.Drafted, "billed", c.Billed, "sent", c.Sent,
			"refused", c.Refused)
	}
	return line
}

// Watch finds work whose worker is gone and lets another go on. Any replica may call it at any time.
func (s *Service) Watch(ctx context.Context) error { return s.desk().Watch(ctx) }

// TakeOver lets go of every run. Only for a process that knows it is the only one.
func (s *Service) TakeOver(ctx context.Context) error { return s.desk().TakeOver(ctx) }

// Prune takes away the records of work that ended longer ago than the setting keeps them; the last of each run stays,
// as the run does.
func (s *Service) Prune(ctx context.Context) (int, error) {
	return s.desk().Prune(ctx, runs.Pruning{Alike: "true"})
}

// Cancel ends the work at a run between two contracts.
func (s *Service) Cancel(ctx context.Context, by audit.Actor, run uuid.UUID) error {
	if _, err := Get(ctx, s.DB.Read(ctx), run); err != nil {
		return err
	}
	id, err := s.desk().Table.Unfinished(ctx, s.DB.Read(ctx), run)
	if err != nil {
		return err
	}
	if id == uuid.Nil {
		return errs.New(errs.Conflict, "This run has ended already. Nothing was changed.")
	}
	return s.desk().Cancel(ctx, by, id)
}

// Execute works what is left of a run. runs.ErrBusy: another works at it.
func (s *Service) Execute(ctx context.Context, turn uuid.UUID) error { return s.work(ctx, turn, 0) }

// Go works at a run for so long at most; what is left is the queue's.
func (s *Service) Go(ctx context.Context, run uuid.UUID, limit time.Duration) error {
	turn, err := s.desk().Table.Unfinished(ctx, s.DB.Read(ctx), run)
	if err != nil || turn == uuid.Nil {
		return err
	}
	if err = s.work(ctx, turn, limit); errors.Is(err, runs.ErrBusy) {
		return nil // the queue was quicker
	}
	return err
}

func (s *Service) work(ctx context.Context, turn uuid.UUID, limit time.Duration) error {
	return s.desk().Work(ctx, turn, func(ctx context.Context, h *runs.Hold) runs.Outcome {
		var run uuid.UUID
		err := s.DB.Read(ctx).Raw(`SELECT run_id FROM billing_run_turns WHERE id = ?`, turn).Row().Scan(&run)
		began := s.Clock.Now()
		for more := err == nil; more && err == nil; {
			if limit > 0 && s.Clock.Now().Sub(began) >= limit {
				return runs.Outcome{State: runs.Interrupted, HandOver: true}
			}
			more, err = s.some(ctx, h, run)
		}
		if err != nil {
			return s.desk().Failure(err)
		}
		return s.outcome(ctx, run)
	})
}

func (s *Service) outcome(ctx context.Context, run uuid.UUID) runs.Outcome {
	c, err := CountsOf(ctx, s.DB.Read(ctx), run)
	switch {
	case err != nil:
		return s.desk().Failure(err)
	case c.Refused > 0:
		return runs.Outcome{State: runs.Partial, Message: fmt.Sprintf("%d of %d contracts could not be billed; the "+
			"reasons stand beside them.", c.Refused, c.Total())}
	}
	return runs.Outcome{State: runs.Succeeded}
}
