package crmsource

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/runs"
)

// State is where a run stands.
type State = runs.State

// The triggers and states of every run.
const (
	ByPerson = runs.ByPerson
	ByNight  = runs.ByNight

	Queued      = runs.Queued
	Running     = runs.Running
	Interrupted = runs.Interrupted
	Succeeded   = runs.Succeeded
	Partial     = runs.Partial
	Failed      = runs.Failed
	Cancelled   = runs.Cancelled
	Stopped     = runs.Stopped
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
	runs.Head `gorm:"embedded"`
	SourceID  uuid.UUID
	Whole     bool
	AllowGone bool
	ReadHow   string // whole or changes
	Counts    `gorm:"embedded"`
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
	Trigger   runs.Trigger
	Whole     bool // everything, though only the changes would be needed
	AllowGone bool // a person agreed to what the guard stopped
}

// Request queues a run together with its job, or finds the one of this source that has
// not ended; found says which. errs.Conflict when the source is inactive.
func (s *Service) Request(ctx context.Context, by audit.Actor, q Request) (run Run, found bool, err error) {
	id, found, err := s.desk().Request(ctx, q.Source, s.adding(ctx, by, q))
	if err != nil {
		return Run{}, false, err
	}
	run, err = GetRun(ctx, s.DB.Read(ctx), q.Source, id)
	return run, found, err
}

// adding stores a run that is not refused.
func (s *Service) adding(ctx context.Context, by audit.Actor, q Request) func(tx *gorm.DB) (uuid.UUID, error) {
	return func(tx *gorm.DB) (uuid.UUID, error) {
		src, err := Get(ctx, tx, q.Source)
		if err != nil {
			return uuid.Nil, err
		}
		if !src.Active {
			return uuid.Nil, errs.Newf(errs.Conflict, "%s is deactivated and is not read. Activate it first.", src.Name)
		}
		h := runs.NewHead(s.Clock, by, q.Trigger)
		err = tx.Exec(`INSERT INTO crm_source_runs (id, source_id, trigger, whole, allow_gone, state, requested_by_id,
			requested_by, requested_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			h.ID, q.Source, h.Trigger, q.Whole, q.AllowGone, h.State, h.RequestedByID, h.RequestedBy,
			h.RequestedAt).Error
		if err != nil {
			return uuid.Nil, fmt.Errorf("queue run: %w", err)
		}
		return h.ID, nil
	}
}

// Cancel asks a run of a source to end. One that nobody works at ends at once.
func (s *Service) Cancel(ctx context.Context, by audit.Actor, source, id uuid.UUID) error {
	if _, err := GetRun(ctx, s.DB.Read(ctx), source, id); err != nil {
		return err
	}
	return s.desk().Cancel(ctx, by, id)
}

// Job is the queue's task to work a run. It carries the id alone.
type Job struct {
	RunID uuid.UUID `json:"run_id"`
}

// Kind names the job in the queue.
func (Job) Kind() string { return "crm_source_run" }
