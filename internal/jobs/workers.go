package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"seatledger/internal/syncing"
)

const (
	runTimeout = 12 * time.Hour // of a whole sync run; its calls have limits of their own
	attempts   = 5              // of the job; how often a run is resumed is the run's own count
	busyWait   = 5 * time.Second
)

// Workers are the use cases that jobs call.
type Workers struct{ all *river.Workers }

// NewWorkers binds each kind of job to its use case.
func NewWorkers(sync *syncing.Service) *Workers {
	w := river.NewWorkers()
	river.AddWorker(w, &syncWorker{sync: sync})
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
	err := w.sync.Execute(ctx, job.Args.RunID)
	if errors.Is(err, syncing.ErrBusy) {
		return river.JobSnooze(busyWait)
	}
	return err
}
