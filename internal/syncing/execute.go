package syncing

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/obs"
	"seatledger/internal/provider"
)

// outcome is how a run ended, apart from its counts.
type outcome struct {
	state   State
	message string
	advice  string
}

// Execute works a run to its end, or to where it is interrupted. A run that has
// ended is left alone, so a job that comes twice does no harm. ErrBusy: try later.
func (s *Service) Execute(ctx context.Context, runID uuid.UUID) error {
	ctx = obs.WithRun(ctx, runID.String())
	w, err := s.begin(ctx, runID)
	if err != nil || w == nil {
		return err
	}
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	working, w.watch = distributor.Watching(working)
	go w.lease.keep(working, stop)
	out := w.work(working)
	if cause := context.Cause(working); cause != nil {
		out = w.brokenOff(context.WithoutCancel(ctx), cause)
	}
	// The end is written also when the process is asked to stop.
	return w.end(context.WithoutCancel(ctx), out)
}

// begin takes the lease and marks the run as running; nil when there is nothing left to do. A try
// that was rolled back leaves nothing behind.
func (s *Service) begin(ctx context.Context, runID uuid.UUID) (*worker, error) {
	var w *worker
	err := s.DB.InTx(ctx, func(tx *gorm.DB) (err error) {
		w, err = s.take(ctx, tx, runID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

func (s *Service) take(ctx context.Context, tx *gorm.DB, runID uuid.UUID) (*worker, error) {
	var r Run
	if err := tx.Raw(`SELECT * FROM sync_runs WHERE id = ? FOR UPDATE`, runID).Scan(&r).Error; err != nil {
		return nil, err
	}
	if r.ID == uuid.Nil || r.State.Finished() {
		return nil, nil
	}
	l, err := s.acquire(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	r.Attempt++
	err = tx.Exec(`UPDATE sync_runs SET state = 'running', attempt = ?, started_at = coalesce(started_at, ?)
		WHERE id = ?`,
		r.Attempt, s.Clock.Now(), runID).Error
	return &worker{s: s, run: r, lease: l}, err
}

// worker is one attempt at a run.
type worker struct {
	s        *Service
	run      Run
	lease    lease
	provider provider.Provider
	conn     distributor.Connector
	progress *progress
	watch    *distributor.Watch // what is seen of the wire meanwhile
	counters
}

func (w *worker) work(ctx context.Context) outcome {
	p, err := provider.Get(ctx, w.s.DB.Read(ctx), w.run.ProviderID)
	if err != nil {
		return failure(err)
	}
	w.provider = p
	if !p.Active {
		return outcome{Cancelled, p.Name + " was deactivated before the run began; nothing was read.",
			"Activate the provider, then sync again."}
	}
	if w.run.Trigger == ByNight {
		if err := w.verify(ctx); err != nil {
			return failure(err)
		}
	}
	if w.conn, err = w.s.Connect(ctx, p); err != nil {
		return failure(err)
	}
	if w.progress, err = w.openProgress(ctx); err != nil {
		return failure(err)
	}
	out := w.read(ctx)
	if out.state == Failed {
		out.message += " " + w.kept(ctx)
	}
	return out
}

func (w *worker) read(ctx context.Context) outcome {
	switch w.run.Kind {
	case Accounts:
		return w.accounts(ctx)
	case Listing:
		return w.listing(ctx)
	}
	return w.subscriptions(ctx)
}

// kept says what a failed run leaves behind; where every account failed, the cause of most.
func (w *worker) kept(ctx context.Context) string {
	c := w.progress.counts
	switch {
	case c.Done == 0:
		return "Nothing was changed."
	case c.Failed < c.Done:
		return fmt.Sprintf("What was read until then is kept: %d of %d accounts.", c.Done-c.Failed, c.Total)
	}
	var causes []string
	err := w.s.DB.Read(ctx).Raw(`SELECT cause FROM sync_run_accounts WHERE run_id = ? AND outcome = 'failed'
		GROUP BY cause ORDER BY count(*) DESC, cause LIMIT 1`, w.run.ID).Scan(&causes).Error
	if err != nil || len(causes) == 0 {
		return ""
	}
	return "The cause of most: " + causes[0]
}

// verify is what the night does first: a refused connection ends the run before it
// asks a thousand times; a warning does not.
func (w *worker) verify(ctx context.Context) error {
	check, err := w.s.Verify(ctx, w.provider.ID)
	if err != nil {
		return err
	}
	for _, l := range check.Layers {
		if l.Result == distributor.Failed {
			return &distributor.Error{Op: "verify " + l.Name, Message: l.Message, Advice: l.Advice,
				RequestID: l.RequestID}
		}
	}
	return nil
}

func (w *worker) brokenOff(ctx context.Context, cause error) outcome {
	switch {
	case errors.Is(cause, errCancelled):
		by := "a person"
		if now, err := Get(ctx, w.s.DB.Read(ctx), w.run.ID); err == nil {
			by = now.CancelRequestedBy
		}
		return outcome{Cancelled, fmt.Sprintf("Cancelled by %s. What was read until then is kept.", by), ""}
	case errors.Is(cause, errLeaseLost):
		return outcome{state: ""}
	}
	return outcome{Interrupted, "Seatledger was stopped during the run; it goes on by itself at the last saved account.", ""}
}

// failure tells a failed run's cause: the distributor's in its own words, ours without details.
func failure(err error) outcome {
	var e *distributor.Error
	if errors.As(err, &e) {
		return outcome{Failed, e.Message, e.Advice}
	}
	return outcome{Failed, errs.Public(err), "Try again. If it lasts, look in the log for this run."}
}
