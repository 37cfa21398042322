package crmsource

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/crm/dataverse"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/obs"
)

// outcome is how a run ended, apart from its counts.
type outcome struct {
	state   State
	message string
	advice  string
}

// worker is one attempt at a run. Whoever takes the run over raises the attempt, and
// nothing of an older one is committed any more.
type worker struct {
	s       *Service
	run     Run
	source  Source
	client  *dataverse.Client
	read    atomic.Int64 // accounts that have come
	persons atomic.Int64 // contacts that have come
}

// Execute works a run to its end, or to where it is interrupted. A run that has ended,
// or that somebody works at, is left alone, so a job that comes twice does no harm.
func (s *Service) Execute(ctx context.Context, runID uuid.UUID) error {
	ctx = obs.WithRun(ctx, runID.String())
	w, err := s.begin(ctx, runID)
	if err != nil || w == nil {
		return err
	}
	s.begun(ctx, w)
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go w.stayAlive(working, stop)
	out, err := w.work(working)
	switch cause := context.Cause(working); {
	case errors.Is(cause, errLost) || errors.Is(err, errLost):
		return nil // somebody else answers for the run
	case errors.Is(cause, errCancelled):
		now, _ := GetRun(context.WithoutCancel(ctx), s.DB.Read(context.WithoutCancel(ctx)), w.run.SourceID, runID)
		out = outcome{Cancelled, cancelled(now.CancelRequestedBy), ""}
	case cause != nil:
		out = outcome{Interrupted, "Seatledger was stopped during the run; it begins again by itself.", ""}
	case err != nil:
		out = s.failure(ctx, err)
	}
	ctx = context.WithoutCancel(ctx)
	if out.state != Succeeded && out.state != Partial { // those are written with the data
		if err := w.end(ctx, out); err != nil {
			return err
		}
	}
	s.ended(ctx, w)
	return nil
}

// begin takes the run; nil when there is nothing to do. A try that was rolled back leaves nothing behind.
func (s *Service) begin(ctx context.Context, id uuid.UUID) (*worker, error) {
	var w *worker
	err := s.DB.InTx(ctx, func(tx *gorm.DB) (err error) {
		w, err = s.take(ctx, tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

func (s *Service) take(ctx context.Context, tx *gorm.DB, id uuid.UUID) (*worker, error) {
	now := s.Clock.Now()
	var taken []Run
	err := tx.Raw(`
		UPDATE crm_source_runs
		SET state = 'running', attempt = attempt + 1, started_at = coalesce(started_at, ?), held_until = ?,
			message = '',
			accounts = 0, contacts = 0, applied = 0, added = 0, changed = 0, unchanged = 0, gone = 0, kept = 0,
				skipped = 0,
			refused = 0
		WHERE id = ? AND (state IN ('queued', 'interrupted') OR state = 'running' AND held_until < ?)
		RETURNING *`, now, now.Add(s.hold()), id, now).Scan(&taken).Error
	if err != nil || len(taken) == 0 {
		return nil, err
	}
	w := &worker{s: s, run: taken[0]}
	w.source, err = Get(ctx, tx, w.run.SourceID)
	return w, err
}

// inTx runs write unless the run was taken over; it holds the run's row until commit.
func (w *worker) inTx(ctx context.Context, write func(tx *gorm.DB) error) error {
	return w.s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var attempts []int
		err := tx.Raw(`SELECT attempt FROM crm_source_runs WHERE id = ? AND state = 'running' FOR UPDATE`,
			w.run.ID).Scan(&attempts).Error
		if err != nil {
			return err
		}
		if len(attempts) == 0 || attempts[0] != w.run.Attempt {
			return errLost
		}
		return write(tx)
	})
}

// stayAlive renews the hold, shows how much was read, and looks for a cancel.
func (w *worker) stayAlive(ctx context.Context, stop func(error)) {
	tick := time.NewTicker(min(w.s.hold()/8, time.Second))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var still []string
		err := w.s.DB.Read(ctx).Raw(`UPDATE crm_source_runs
			SET held_until = ?, accounts = greatest(accounts, ?), contacts = greatest(contacts, ?)
			WHERE id = ? AND attempt = ? AND state = 'running' RETURNING cancel_requested_by`,
			w.s.Clock.Now().Add(w.s.hold()), w.read.Load(), w.persons.Load(), w.run.ID,
			w.run.Attempt).Scan(&still).Error
		switch {
		case err != nil: // the database is away; the hold tells how long that may last
		case len(still) == 0:
			stop(errLost)
			return
		case still[0] != "":
			stop(errCancelled)
			return
		}
	}
}

func (w *worker) work(ctx context.Context) (outcome, error) {
	if !w.source.Active {
		return outcome{Cancelled, w.source.Name + " was deactivated before the run began; nothing was read.",
			"Activate it, then read again."}, nil
	}
	var err error
	if w.client, err = w.s.connect(ctx, w.source); err != nil {
		return outcome{}, err
	}
	r, err := w.readPatiently(ctx)
	if err != nil {
		return outcome{}, err
	}
	return w.apply(ctx, r)
}

// end writes how the run ended.
func (w *worker) end(ctx context.Context, out outcome) error {
	err := w.inTx(ctx, func(tx *gorm.DB) error {
		if out.state == Interrupted {
			return tx.Exec(`UPDATE crm_source_runs SET state = 'interrupted', held_until = ?, message = ? WHERE id = ?`,
				w.s.Clock.Now(), out.message, w.run.ID).Error
		}
		err := tx.Exec(`UPDATE crm_source_runs
			SET state = ?, message = ?, advice = ?, finished_at = ?, accounts = greatest(accounts, ?),
				contacts = greatest(contacts, ?) WHERE id = ?`,
			out.state, out.message, out.advice, w.s.Clock.Now(), w.read.Load(), w.persons.Load(), w.run.ID).Error
		if err != nil {
			return err
		}
		return w.closed(ctx, tx, out)
	})
	if errors.Is(err, errLost) {
		return nil
	}
	return err
}

// failure tells a failed run's cause: the CRM's in its own words, ours without details.
func (s *Service) failure(ctx context.Context, err error) outcome {
	s.Log.ErrorContext(ctx, "reading a CRM source failed", "error", err)
	var e *distributor.Error
	if errors.As(err, &e) {
		message := e.Message
		if e.RequestID != "" {
			message += fmt.Sprintf(" (request %s)", e.RequestID)
		}
		return outcome{Failed, message + " What was there before is kept.", e.Advice}
	}
	return outcome{Failed, errs.Public(err) + " What was there before is kept.",
		"Try again. If it lasts, look in the log for this run."}
}
