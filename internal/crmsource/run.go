package crmsource

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// State is where a run stands; the words are those of sync runs.
type State string

// The states. Interrupted goes on by itself; stopped was ended by the guard and asks.
const (
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
	case Succeeded, Partial, Failed, Cancelled, Stopped:
		return true
	}
	return false
}

// How a run was started.
const (
	ByPerson = "person"
	ByNight  = "nightly"
)

// Counts are what a run read and did, in accounts but for Contacts.
type Counts struct {
	Accounts  int // read
	Contacts  int // read
	Applied   int // of what there was to apply
	Added     int
	Changed   int
	Unchanged int
	Gone      int
	Kept      int // with a field edited by hand that the source has otherwise
	Skipped   int // inactive at the source and never brought in
	Refused   int
}

// Run is one reading of a source.
type Run struct {
	ID                uuid.UUID
	SourceID          uuid.UUID
	Trigger           string
	Whole             bool
	AllowGone         bool
	State             State
	RequestedBy       string
	RequestedAt       time.Time
	StartedAt         *time.Time
	FinishedAt        *time.Time
	Attempt           int
	HeldUntil         time.Time
	CancelRequestedBy string
	ReadHow           string // whole or changes
	Counts            `gorm:"embedded"`
	Message           string
	Advice            string
}

// TableName is the table of runs.
func (Run) TableName() string { return "crm_source_runs" }

// GetRun reads a run of a source; errs.NotFound if there is none.
func GetRun(ctx context.Context, db *gorm.DB, source, id uuid.UUID) (Run, error) {
	var found []Run
	err := db.WithContext(ctx).Raw(`SELECT * FROM crm_source_runs WHERE id = ? AND source_id = ?`, id,
		source).Scan(&found).Error
	if err != nil {
		return Run{}, fmt.Errorf("crm source run: %w", err)
	}
	if len(found) == 0 {
		return Run{}, errs.New(errs.NotFound, "There is no such run.")
	}
	return found[0], nil
}

// Latest reads the newest runs of a source.
func Latest(ctx context.Context, db *gorm.DB, source uuid.UUID, most int) ([]Run, error) {
	var found []Run
	err := db.WithContext(ctx).Raw(`SELECT * FROM crm_source_runs WHERE source_id = ?
		ORDER BY requested_at DESC, id DESC LIMIT ?`, source, most).Scan(&found).Error
	return found, err
}

// Request is what a run is asked to do.
type Request struct {
	Source    uuid.UUID
	Trigger   string
	Whole     bool // everything, though only the changes would be needed
	AllowGone bool // a person agreed to what the guard stopped
}

// Request queues a run together with its job, or finds the one of this source that has
// not ended; found says which. errs.Conflict when the source is inactive.
func (s *Service) Request(ctx context.Context, by audit.Actor, q Request) (run Run, found bool, err error) {
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		run, found, err = s.request(ctx, tx, by, q)
		return err
	})
	if postgres.Constraint(err) == "crm_source_runs_one_unfinished" {
		return s.Request(ctx, by, q)
	}
	return run, found, err
}

func (s *Service) request(ctx context.Context, tx *gorm.DB, by audit.Actor, q Request) (Run, bool, error) {
	var open []Run
	err := tx.Raw(`SELECT * FROM crm_source_runs WHERE source_id = ? AND state IN ('queued', 'running', 'interrupted')`,
		q.Source).Scan(&open).Error
	if err != nil || len(open) > 0 {
		return append(open, Run{})[0], len(open) > 0, err
	}
	src, err := Get(ctx, tx, q.Source)
	if err != nil {
		return Run{}, false, err
	}
	if !src.Active {
		return Run{}, false, errs.Newf(errs.Conflict, "%s is deactivated and is not read. Activate it first.", src.Name)
	}
	r := Run{ID: uuid.Must(uuid.NewV7()), SourceID: q.Source, Trigger: q.Trigger, Whole: q.Whole,
		AllowGone: q.AllowGone,
		State:     Queued, RequestedBy: by.Name, RequestedAt: s.Clock.Now(), HeldUntil: s.Clock.Now()}
	err = tx.Exec(`INSERT INTO crm_source_runs (id, source_id, trigger, whole, allow_gone, state, requested_by,
		requested_at, held_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, r.SourceID, r.Trigger, r.Whole, r.AllowGone, r.State, r.RequestedBy, r.RequestedAt, r.HeldUntil).Error
	if err != nil {
		return r, false, fmt.Errorf("queue run: %w", err)
	}
	return r, false, s.Enqueue(ctx, tx, r.ID, 0)
}

// Cancel asks a run to end. One that nobody works at ends at once.
func (s *Service) Cancel(ctx context.Context, by audit.Actor, source, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		r, err := GetRun(ctx, tx, source, id)
		if err != nil {
			return err
		}
		if r.State.Finished() {
			return errs.Newf(errs.Conflict, "This run has already ended (%s).", r.State)
		}
		return tx.Exec(`UPDATE crm_source_runs SET cancel_requested_by = ?,
				state = CASE state WHEN 'running' THEN state ELSE 'cancelled' END,
				finished_at = CASE state WHEN 'running' THEN NULL ELSE ?::timestamptz END,
				message = CASE state WHEN 'running' THEN message ELSE ? END
			WHERE id = ? AND finished_at IS NULL`, by.Name, s.Clock.Now(), cancelled(by.Name), id).Error
	})
}

func cancelled(by string) string {
	return "Cancelled by " + by + ". What was applied until then is kept."
}

// Job is the queue's task to work a run. It carries the id alone.
type Job struct {
	RunID uuid.UUID `json:"run_id"`
}

// Kind names the job in the queue.
func (Job) Kind() string { return "crm_source_run" }

// errLost ends the work of an attempt whose run somebody else has taken over.
var errLost = errors.New("crmsource: the run was taken over")

// errCancelled ends the work of a run that a person cancelled.
var errCancelled = errors.New("crmsource: the run was cancelled")
