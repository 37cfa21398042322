package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"seatledger/internal/billingrun"
	"seatledger/internal/crmsource"
	"seatledger/internal/difference"
	"seatledger/internal/mapping"
	"seatledger/internal/runs"
	"seatledger/internal/selection"
	"seatledger/internal/syncing"
)

const (
	runTimeout = 12 * time.Hour // of a whole sync run; its calls have limits of their own
	attempts   = 5              // of the job; how often a run is resumed is the run's own count
	busyWait   = 5 * time.Second

	compareTimeout = 30 * time.Minute // of a bill
)

// Workers are the use cases that jobs call.
type Workers struct{ all *river.Workers }

// NewWorkers binds each kind of job to its use case.
func NewWorkers(sync *syncing.Service, maps *mapping.Service, sources *crmsource.Service,
	bulk *selection.Service, bills *billingrun.Service, differences difference.Service) *Workers {
	w := river.NewWorkers()
	river.AddWorker(w, &syncWorker{sync: sync})
	river.AddWorker(w, &suggestWorker{mapping: maps})
	river.AddWorker(w, &sourceWorker{sources: sources})
	river.AddWorker(w, &bulkWorker{bulk: bulk})
	river.AddWorker(w, &billsWorker{bills: bills})
	river.AddWorker(w, &compareWorker{differences: differences})
	return &Workers{all: w}
}

type syncWorker struct {
	river.WorkerDefaults[syncing.Job]
	sync *syncing.Service
}

// Timeout is the limit of one attempt.
func (*syncWorker) Timeout(*river.Job[syncing.Job]) time.Duration { return runTimeout }

// Work works a run; while the provider is held by another, it waits.
func (w *syncWorker) Work(ctx context.Context, job *river.Job[syncing.Job]) error {
	return worked(w.sync.Execute(ctx, job.Args.RunID))
}

// worked lets a job wait while another holder has its run.
func worked(err error) error {
	if errors.Is(err, runs.ErrBusy) {
		return river.JobSnooze(busyWait)
	}
	return err
}

type suggestWorker struct {
	river.WorkerDefaults[mapping.SuggestJob]
	mapping *mapping.Service
}

// Timeout is the limit of one attempt.
func (*suggestWorker) Timeout(*river.Job[mapping.SuggestJob]) time.Duration { return runTimeout }

// Work makes the suggestions of a provider anew.
func (w *suggestWorker) Work(ctx context.Context, job *river.Job[mapping.SuggestJob]) error {
	return worked(w.mapping.Execute(ctx, job.Args.RunID))
}

type sourceWorker struct {
	river.WorkerDefaults[crmsource.Job]
	sources *crmsource.Service
}

// Timeout is the limit of one attempt.
func (*sourceWorker) Timeout(*river.Job[crmsource.Job]) time.Duration { return runTimeout }

// Work reads a CRM source.
func (w *sourceWorker) Work(ctx context.Context, job *river.Job[crmsource.Job]) error {
	return worked(w.sources.Execute(ctx, job.Args.RunID))
}

type bulkWorker struct {
	river.WorkerDefaults[selection.Job]
	bulk *selection.Service
}

// Timeout is the limit of one attempt.
func (*bulkWorker) Timeout(*river.Job[selection.Job]) time.Duration { return runTimeout }

// Work carries out what is left of bulk work.
func (w *bulkWorker) Work(ctx context.Context, job *river.Job[selection.Job]) error {
	return worked(w.bulk.Execute(ctx, job.Args.RunID))
}

type billsWorker struct {
	river.WorkerDefaults[billingrun.Job]
	bills *billingrun.Service
}

// Timeout is the limit of one attempt.
func (*billsWorker) Timeout(*river.Job[billingrun.Job]) time.Duration { return runTimeout }

// Work works what is left of a billing run.
func (w *billsWorker) Work(ctx context.Context, job *river.Job[billingrun.Job]) error {
	return worked(w.bills.Execute(ctx, job.Args.TurnID))
}

type compareWorker struct {
	river.WorkerDefaults[difference.Job]
	differences difference.Service
}

// Timeout is the limit of one attempt.
func (*compareWorker) Timeout(*river.Job[difference.Job]) time.Duration { return compareTimeout }

// Work compares a bill.
func (w *compareWorker) Work(ctx context.Context, job *river.Job[difference.Job]) error {
	return w.differences.Compare(ctx, job.Args.BillID)
}
