package syncing

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/obs"
	"seatledger/internal/postgres"
	"seatledger/internal/provider"
	"seatledger/internal/runs"
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
	return s.desk().Work(ctx, runID, func(ctx context.Context, h *runs.Hold) runs.Outcome {
		ctx, calls := obs.WithCalls(ctx)
		w := &worker{s: s, lease: h, began: s.Clock.Now(), calls: calls}
		ctx, w.watch = distributor.Watching(ctx)
		return w.outcome(w.work(ctx))
	})
}

// worker is one attempt at a run.
type worker struct {
	s        *Service
	run      Run
	lease    *runs.Hold
	began    time.Time // this attempt
	provider provider.Provider
	conn     distributor.Connector
	progress *progress
	heard    heard
	calls    *atomic.Int64      // made to the distributor in this attempt
	watch    *distributor.Watch // what is seen of the wire meanwhile
	counters
}

func (w *worker) work(ctx context.Context) outcome {
	var err error
	if w.run, err = Get(ctx, w.s.DB.Read(ctx), w.lease.ID); err != nil {
		return failure(err)
	}
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
	conn, err := w.s.Connect(ctx, p)
	if err != nil {
		return failure(err)
	}
	w.conn = listening{conn, w}
	w.progress = w.openProgress()
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
	var applied int
	err := w.s.DB.Read(ctx).Raw(`SELECT count(*) FROM sync_plan_rows WHERE run_id = ? AND state = 'applied'`,
		w.run.ID).Scan(&applied).Error
	switch {
	case err == nil && applied > 0:
		return fmt.Sprintf("What was applied until then is kept: %d records.", applied)
	case c.Failed < c.Done || c.Done == 0:
		return "Nothing was changed."
	}
	var causes []string
	err = w.s.DB.Read(ctx).Raw(`SELECT cause FROM sync_run_accounts WHERE run_id = ? AND outcome = 'failed'
		GROUP BY cause ORDER BY count(*) DESC, cause LIMIT 1`, w.run.ID).Scan(&causes).Error
	if err != nil || len(causes) == 0 {
		return ""
	}
	return "The cause of most: " + causes[0]
}

// failure tells a failed run's cause: the distributor's in its own words, ours without details.
func failure(err error) outcome {
	var e *distributor.Error
	if errors.As(err, &e) {
		return outcome{Failed, e.Message, e.Advice}
	}
	if postgres.TroubleOf(err) != postgres.None {
		return outcome{state: Interrupted}
	}
	return outcome{Failed, errs.Public(err), "Try again. If it lasts, look in the log for this run."}
}

// outcome is how the attempt ended, for its lifecycle. A pause that was asked for comes before all else.
func (w *worker) outcome(o outcome) runs.Outcome {
	out := runs.Outcome{State: o.state, Message: o.message, Advice: o.advice}
	refused, pause := w.heard.said()
	switch {
	case pause != nil && pause.AskedFor > runs.LongestPause && o.state != Succeeded && o.state != Stopped:
		out = runs.Outcome{State: runs.Queued, Pause: pause.AskedFor}
	case pause != nil && o.state != Succeeded && o.state != Stopped:
		out = w.s.desk().PauseUntil(pause.Until, askedBy(pause))
	case o.state == Interrupted:
		out.Message = "The database did not answer; " + table().GoesOn
	case o.state == Failed:
		out.Final, out.Refused = refused, refused
	}
	done := out.Pause == 0 && out.State != Interrupted
	out.Also = func(tx *gorm.DB) error { return w.saveEnd(tx, done) }
	return out
}

// saveEnd saves how far the attempt came and the calls that it made, in the transaction that ends it.
// The wire report is of a run that ended.
func (w *worker) saveEnd(tx *gorm.DB, done bool) error {
	err := tx.Exec(`UPDATE sync_runs SET calls = calls + ? WHERE id = ?`, w.calls.Load(), w.lease.ID).Error
	if err != nil || w.progress == nil {
		return err
	}
	if err := w.progress.write(tx); err != nil || !done || w.run.Dry {
		return err
	}
	return w.report(tx.Statement.Context, tx)
}

func askedBy(pause *distributor.Error) string {
	if pause.Shortened {
		return "as the distributor asked for a longer pause than a day and is asked again after one"
	}
	switch pause.AskedBy {
	case distributor.ByBreaker:
		return "because most answers of the distributor were failures of its server"
	case distributor.ByLimit:
		return "because the provider's calls per minute are used up"
	}
	return "asked by the distributor"
}
