// Package jobs binds the tasks of the use cases to the queue, and calls what must
// happen by the clock. It decides nothing: what is due, how often it is tried and
// where it goes on stands in our own tables.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/mapping"
	"seatledger/internal/postgres"
	"seatledger/internal/trace"
)

// Queue puts jobs in and works them.
type Queue struct {
	client *river.Client[pgx.Tx]
	clock  clock.Clock
}

const (
	workers = 8 // jobs at a time in one process; a provider is held by one run anyway
	// suggestions are a queue of their own, one at a time: they take a processor for long, and nothing waits
	// behind them.
	suggestions = "suggestions"
)

// New makes a queue over the workers, not yet started.
func New(db *postgres.DB, clk clock.Clock, log *slog.Logger, around Around, w *Workers) (*Queue, error) {
	client, err := river.NewClient(riverpgxv5.New(db.Queue()), &river.Config{
		Schema:  postgres.RiverSchema,
		Logger:  log,
		Workers: w.all,
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers},
			suggestions: {MaxWorkers: 1}},
		JobTimeout: runTimeout,
		// a run that was lost is queued anew by its own watch, long before
		RescueStuckJobsAfter: runTimeout + time.Hour,
		Middleware:           []rivertype.Middleware{around.middleware()},
		ReindexerSchedule:    never{}, // the app's role owns no index
	})
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	return &Queue{client: client, clock: clk}, nil
}

// never is a schedule without a date.
type never struct{}

// Next is never.
func (never) Next(now time.Time) time.Time { return now.Add(math.MaxInt64) }

// Put enqueues a job in the transaction of the rows it concerns, to be worked after the delay.
func (q *Queue) Put(ctx context.Context, tx *gorm.DB, args river.JobArgs, delay time.Duration) error {
	opts := &river.InsertOpts{MaxAttempts: attempts, Metadata: trace.Carry(ctx)}
	if _, ok := args.(mapping.SuggestJob); ok {
		opts.Queue = suggestions
	}
	if delay > 0 {
		now, _ := clock.True(q.clock) // the queue goes by the true time
		opts.ScheduledAt = now.Add(delay)
	}
	_, err := q.client.InsertTx(ctx, postgres.Tx(tx), args, opts)
	return err
}

// Start begins to work.
func (q *Queue) Start(ctx context.Context) error { return q.client.Start(ctx) }

// Stop cancels what runs, which lets go of its work at the last saved step, and waits for it.
func (q *Queue) Stop(ctx context.Context) error { return q.client.StopAndCancel(ctx) }

// Due counts the jobs whose time has come and that no worker has taken.
func (q *Queue) Due(ctx context.Context, db *postgres.DB) (int, error) {
	var n int
	err := db.Read(ctx).Raw(`SELECT count(*) FROM ` + postgres.RiverSchema + `.river_job
		WHERE state IN ('available', 'retryable', 'scheduled') AND scheduled_at <= now()`).Scan(&n).Error
	return n, err
}
