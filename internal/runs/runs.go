// Package runs is durable work: a request that joins the unfinished run, a lease that is
// judged by the database's clock and fenced by the run's attempt, progress, cancel, take-over
// from a holder that was killed, stopped or cut off, attempts that count only without progress,
// and the night. What is made of runs keeps a table with the columns of Head and brings the
// work; it may add columns of its own. The package knows no queue, no distributor and no page.
package runs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/obs"
	"seatledger/internal/postgres"
)

// State is where a run stands.
type State string

// The states. Interrupted goes on by itself; planned and stopped wait for a person.
const (
	Planned     State = "planned"
	Queued      State = "queued"
	Running     State = "running"
	Interrupted State = "interrupted"
	Succeeded   State = "succeeded"
	Partial     State = "partial"
	Failed      State = "failed"
	Cancelled   State = "cancelled"
	Stopped     State = "stopped"
)

// Finished tells whether a run has come to its end.
func (s State) Finished() bool {
	switch s {
	case Planned, Succeeded, Partial, Failed, Cancelled, Stopped:
		return true
	}
	return false
}

// WaitsForPerson tells whether what a run found stands until a person decides.
func (s State) WaitsForPerson() bool { return s == Planned || s == Stopped }

// Trigger is what started a run.
type Trigger string

// The triggers.
const (
	ByPerson Trigger = "person"
	ByNight  Trigger = "nightly"
	ByRetry  Trigger = "retry"
	ByChange Trigger = "change" // of the data that its work rests on
)

// Head is what every table of runs has. Attempt is the epoch of its lease.
type Head struct {
	ID                uuid.UUID
	Trigger           Trigger
	State             State
	RequestedByID     *uuid.UUID
	RequestedBy       string
	RequestedAt       time.Time
	StartedAt         *time.Time
	FinishedAt        *time.Time
	Attempt           int
	Fruitless         int // attempts without progress since the last one that made some
	HeldUntil         *time.Time
	Holder            string
	ResumeAt          *time.Time // by the database's clock: not worked by then, its job is lost
	PausedUntil       *time.Time
	CancelRequestedAt *time.Time
	CancelRequestedBy string
	Message           string
	Advice            string
}

// NewHead is the head of a run that somebody asks for now.
func NewHead(clk clock.Clock, by audit.Actor, why Trigger) Head {
	h := Head{ID: uuid.Must(uuid.NewV7()), Trigger: why, State: Queued, RequestedBy: by.Name, RequestedAt: clk.Now()}
	if by.IsPerson() {
		h.RequestedByID = &by.ID
	}
	return h
}

// Paused tells until when a run rests, if it does.
func (h Head) Paused() (until time.Time, ok bool) {
	if h.State != Queued || h.PausedUntil == nil {
		return time.Time{}, false
	}
	return *h.PausedUntil, true
}

// Table is where runs of one sort stand, and its words.
type Table struct {
	Name    string // of the table; its unique index NAME_one_unfinished holds one unfinished run a subject
	Subject string // the column of what a run is about
	Noun    string // "sync run": there is no such ...
	Kept    string // the sentence for what an end before time leaves behind
	GoesOn  string // the sentence for how an interrupted one goes on
}

// Desk keeps the runs of one table. Its functions are set once, by app and the room.
type Desk struct {
	Table Table
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
	Log   *slog.Logger
	Meter *obs.Meter // nil: nothing is counted
	// About gives what the log says of a run beyond its head when it begins and when it has ended, names and values in
	// turn.
	About func(ctx context.Context, h Head, ended bool) []any
	// Enqueue puts the run's job into the queue, in the run's own transaction, not before the delay is over.
	Enqueue func(ctx context.Context, tx *gorm.DB, id uuid.UUID, delay time.Duration) error
	// Ended is told of each end in its transaction: by its work, by a cancel, or because it was given up.
	Ended func(ctx context.Context, tx *gorm.DB, h Head, out Outcome) error
	// Lease is how long a run is held without a sign of life; 0 means 30 s.
	Lease time.Duration
	// Holder names this process.
	Holder string
}

const (
	defaultLease = 30 * time.Second
	maxFruitless = 3 // attempts in a row without progress: then an interrupted run has failed
	resumeDelay  = 5 * time.Second
	queuedLimit  = 30 * time.Second // after that a queued run's job counts as lost
	// LongestPause is how long a run may be asked to rest.
	LongestPause = 24 * time.Hour
)

var (
	// ErrBusy says that another holder has the run now.
	ErrBusy = errors.New("runs: the run is held")
	// ErrLost ends the work of a holder whose run somebody else has taken, or ended.
	ErrLost = errors.New("runs: the run was taken over")
	// errCancelled ends the work of a run that a person cancelled.
	errCancelled = errors.New("runs: the run was cancelled")
)

func (d *Desk) lease() time.Duration {
	if d.Lease > 0 {
		return d.Lease
	}
	return defaultLease
}

// Held is how long a run is held without a sign of life.
func (d *Desk) Held() time.Duration { return d.lease() }

func (d *Desk) seconds() float64 { return d.lease().Seconds() }

// sql puts the table's name where a statement says TABLE, and the subject's column where it says SUBJECT.
func (d *Desk) sql(statement string) string { return words(d.Table).Replace(statement) }

const headColumns = `id, trigger, state, requested_by_id, requested_by, requested_at, started_at, finished_at, attempt,
	fruitless, held_until, holder, resume_at, paused_until, cancel_requested_at, cancel_requested_by, message, advice`

// heads reads the heads of runs.
func (d *Desk) heads(db *gorm.DB, where string, args ...any) ([]Head, error) {
	var hs []Head
	err := db.Raw(d.sql(`SELECT `+headColumns+` FROM TABLE WHERE `+where), args...).Scan(&hs).Error
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", d.Table.Name, err)
	}
	return hs, nil
}
