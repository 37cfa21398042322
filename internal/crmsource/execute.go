package crmsource

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/crm/dataverse"
	"seatledger/internal/distributor"
	"seatledger/internal/postgres"
	"seatledger/internal/runs"
)

// outcome is how a run ended, apart from its counts.
type outcome struct {
	state   State
	message string
	advice  string
}

// worker is one attempt at a run.
type worker struct {
	s       *Service
	hold    *runs.Hold
	run     Run
	earlier Counts // what earlier attempts at this run brought in
	source  Source
	client  *dataverse.Client
	read    atomic.Int64 // accounts that have come
	persons atomic.Int64 // contacts that have come
}

// Execute works a run to its end, or to where it is interrupted. A run that has ended
// is left alone, so a job that comes twice does no harm. runs.ErrBusy: try later.
func (s *Service) Execute(ctx context.Context, runID uuid.UUID) error {
	return s.desk().Work(ctx, runID, func(ctx context.Context, h *runs.Hold) runs.Outcome {
		w := &worker{s: s, hold: h}
		out, err := w.work(ctx)
		if err != nil {
			out = w.failure(ctx, err)
		}
		if out.Also == nil {
			out.Also = w.saveRead
		}
		return out
	})
}

func (w *worker) work(ctx context.Context) (runs.Outcome, error) {
	db := w.s.DB.Read(ctx)
	if err := db.Raw(`SELECT * FROM crm_source_runs WHERE id = ?`, w.hold.ID).Scan(&w.run).Error; err != nil {
		return runs.Outcome{}, err
	}
	w.earlier, w.run.Counts = w.run.Counts, Counts{} // another attempt reads anew
	var err error
	if w.source, err = Get(ctx, db, w.run.SourceID); err != nil {
		return runs.Outcome{}, err
	}
	if !w.source.Active {
		return runs.Outcome{State: Cancelled, Message: w.source.Name + " was deactivated before the run began; " +
			"nothing was read.", Advice: "Activate it, then read again."}, nil
	}
	if w.client, err = w.s.connect(ctx, w.source); err != nil {
		return runs.Outcome{}, err
	}
	r, err := w.readShown(ctx)
	if err != nil {
		return runs.Outcome{}, err
	}
	return w.apply(ctx, r)
}

// readShown reads, and shows once a second how much has come.
func (w *worker) readShown(ctx context.Context) (reading, error) {
	reading, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-reading.Done():
				return
			case <-tick.C:
				_ = w.hold.Save(reading, w.saveRead) // what goes wrong with it ends the work itself
			}
		}
	}()
	r, err := w.readAll(ctx)
	stop()
	<-done
	return r, err
}

func (w *worker) saveRead(tx *gorm.DB) error {
	return tx.Exec(`UPDATE crm_source_runs SET accounts = greatest(accounts, ?), contacts = greatest(contacts, ?)
		WHERE id = ?`, w.read.Load(), w.persons.Load(), w.run.ID).Error
}

// failure tells a failed run's cause: the CRM's in its own words, ours without details. A silence that it asks for is a
// pause.
func (w *worker) failure(ctx context.Context, err error) runs.Outcome {
	d := w.s.desk()
	if until, _, asked := distributor.PauseOf(err); asked {
		return d.PauseUntil(until, "asked by the CRM")
	}
	var e *distributor.Error
	if !errors.As(err, &e) {
		if postgres.TroubleOf(err) == postgres.None && ctx.Err() == nil {
			w.s.Log.ErrorContext(ctx, "reading a CRM source failed", "error", err)
		}
		out := d.Failure(err)
		if out.State == Failed {
			out.Message += " " + d.Table.Kept
		}
		return out
	}
	if e.Kind == distributor.RateLimited && e.RetryAfter > 0 {
		now, _ := clock.True(w.s.Clock)
		return d.PauseUntil(now.Add(e.RetryAfter), "asked by the CRM")
	}
	w.s.Log.ErrorContext(ctx, "reading a CRM source failed", "error", err)
	message := e.Message
	if e.RequestID != "" {
		message += fmt.Sprintf(" (request %s)", e.RequestID)
	}
	return runs.Outcome{State: Failed, Message: message + " What was there before is kept.", Advice: e.Advice,
		Final: e.Kind == distributor.NeedsCredentials, Refused: e.Kind == distributor.NeedsCredentials}
}
