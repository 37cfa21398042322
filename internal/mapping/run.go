package mapping

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/runs"
)

// Run is one making of the suggestions of a provider.
type Run struct {
	runs.Head  `gorm:"embedded"`
	ProviderID uuid.UUID
	Accounts   int // that wait for a decision
	Compared   int // of them laid beside the CRM accounts
	Suggested  int // of them whose suggestions stand
	Mapped     int // by Seatledger itself
}

// TableName is the table of runs.
func (Run) TableName() string { return "suggestion_runs" }

// SuggestJob is the queue's task to work a run. It carries the id alone.
type SuggestJob struct {
	RunID uuid.UUID `json:"run_id"`
}

// Kind names the job in the queue.
func (SuggestJob) Kind() string { return "mapping_suggest" }

func (s *Service) desk() *runs.Desk {
	return &runs.Desk{Table: runs.Table{Name: "suggestion_runs", Subject: "provider_id", Noun: "making of suggestions",
		Kept: "Suggestions that were made until then are kept.", GoesOn: "it goes on by itself."},
		DB: s.DB, Clock: s.Clock, Zone: s.Zone, Log: s.Log, About: s.about,
		Lease: s.Lease, Holder: s.Holder,
		Enqueue: func(ctx context.Context, tx *gorm.DB, id uuid.UUID, delay time.Duration) error {
			if s.Enqueue == nil { // Refresh works it
				return nil
			}
			return s.Enqueue(ctx, tx, SuggestJob{id}, delay)
		}}
}

// about is what the log's lines of a run say beyond its head.
func (s *Service) about(ctx context.Context, h runs.Head, ended bool) []any {
	var found []struct {
		Name string
		Run  `gorm:"embedded"`
	}
	err := s.DB.Read(ctx).Raw(`SELECT p.name, r.* FROM suggestion_runs r JOIN providers p ON p.id = r.provider_id
		WHERE r.id = ?`, h.ID).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return nil
	}
	line := []any{"provider", found[0].Name}
	if r := found[0].Run; ended {
		line = append(line, "accounts", r.Accounts, "suggested", r.Suggested, "mapped", r.Mapped)
	}
	return line
}

// Request asks for the suggestions of a provider to be made anew, or finds the run that has not ended.
func (s *Service) Request(ctx context.Context, by audit.Actor, providerID uuid.UUID) (uuid.UUID, error) {
	why := runs.ByChange
	if by.IsPerson() {
		why = runs.ByPerson
	}
	id, _, err := s.desk().Request(ctx, providerID, func(tx *gorm.DB) (uuid.UUID, error) {
		h := runs.NewHead(s.Clock, by, why)
		return h.ID, tx.Exec(`INSERT INTO suggestion_runs (id, provider_id, trigger, state, requested_by_id,
			requested_by, requested_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			h.ID, providerID, h.Trigger, h.State, h.RequestedByID, h.RequestedBy, h.RequestedAt).Error
	})
	return id, err
}

// Refresh asks for a run and works it here and now, where no queue does. It tells how many accounts were mapped.
func (s *Service) Refresh(ctx context.Context, providerID uuid.UUID) (mapped int, err error) {
	id, err := s.Request(ctx, audit.System, providerID)
	if err != nil {
		return 0, err
	}
	if err := s.Execute(ctx, id); err != nil {
		return 0, err
	}
	r, err := GetRun(ctx, s.DB.Read(ctx), id)
	if err == nil && r.State != runs.Succeeded {
		err = errors.New("suggestions: " + r.Message)
	}
	return r.Mapped, err
}

// GetRun reads a run; errs.NotFound if there is none.
func GetRun(ctx context.Context, db *gorm.DB, id uuid.UUID) (Run, error) {
	found, err := readRuns(ctx, db, `id = ?`, id)
	if err == nil && len(found) == 0 {
		err = errs.New(errs.NotFound, "There is no such making of suggestions.")
	}
	return append(found, Run{})[0], err
}

// lastRun reads the latest run of a provider; a zero one if there is none.
func lastRun(ctx context.Context, db *gorm.DB, providerID uuid.UUID) (Run, error) {
	found, err := readRuns(ctx, db, `provider_id = ? ORDER BY requested_at DESC, id DESC LIMIT 1`, providerID)
	return append(found, Run{})[0], err
}

func readRuns(ctx context.Context, db *gorm.DB, where string, args ...any) ([]Run, error) {
	var found []Run
	err := db.WithContext(ctx).Raw(`SELECT * FROM suggestion_runs WHERE `+where, args...).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read makings of suggestions: %w", err)
	}
	return found, nil
}

// UnderWay is a run that has not ended, or the last one of a provider that failed, with the provider's name.
type UnderWay struct {
	Run      `gorm:"embedded"`
	Provider string
}

// UnderWayOf reads what is being made of a provider, or of all (uuid.Nil), by name.
func UnderWayOf(ctx context.Context, db *gorm.DB, providerID uuid.UUID) ([]UnderWay, error) {
	var found []UnderWay
	err := db.WithContext(ctx).Raw(`SELECT r.*, p.name AS provider FROM providers p
		CROSS JOIN LATERAL (SELECT * FROM suggestion_runs r WHERE r.provider_id = p.id
			ORDER BY r.requested_at DESC, r.id DESC LIMIT 1) r
		WHERE r.state NOT IN ('succeeded', 'cancelled') AND (p.id = @provider OR @provider = @all)
		ORDER BY p.name, p.id`, map[string]any{"provider": providerID, "all": uuid.Nil}).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read makings of suggestions: %w", err)
	}
	return found, nil
}

// Watch finds runs whose worker is gone and lets another go on. Any replica may call it at any time.
func (s *Service) Watch(ctx context.Context) error { return s.desk().Watch(ctx) }

// TakeOverRuns lets go of every run. Only for a process that knows it is the only one.
func (s *Service) TakeOverRuns(ctx context.Context) error { return s.desk().TakeOver(ctx) }

// Prune takes away old runs; the last of each provider stays.
func (s *Service) Prune(ctx context.Context) (int, error) {
	return s.desk().Prune(ctx, runs.Pruning{Alike: "true"})
}
