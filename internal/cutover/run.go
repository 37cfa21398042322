package cutover

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/internal/postgres"
	"seatledger/internal/review"
)

// Service guides cut-overs. Each step of each customer is a transaction of its own.
type Service struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Reviews review.Reviewer
	Mapping *mapping.Service
}

func (s Service) today() clock.Date { return clock.Today(s.Clock, s.Zone) }

// RunState is how a run stands.
type RunState string

// The states of a run.
const (
	RunOpen      RunState = "open"
	RunFinished  RunState = "finished"
	RunAbandoned RunState = "abandoned"
)

// Run is one cut-over.
type Run struct {
	ID                uuid.UUID
	Name              string
	OldProviderID     uuid.UUID
	OldProvider       string
	OldActive         bool
	NewProviderID     uuid.UUID
	NewProvider       string
	SwitchDay         clock.Date // of customers that have none of their own; zero: none
	State             RunState
	AccessRequestedAt *time.Time
	AccessRequestedBy string
	CreatedAt         time.Time
	CreatedBy         string
	EndedAt           *time.Time // finished or abandoned
	EndedBy           string
	Version           int
}

const runColumns = `r.*, o.name AS old_provider, o.active AS old_active, n.name AS new_provider
	FROM cutovers r JOIN providers o ON o.id = r.old_provider_id JOIN providers n ON n.id = r.new_provider_id`

// Get reads a run; errs.NotFound if there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Run, error) {
	var found []Run
	if err := db.WithContext(ctx).Raw(`SELECT `+runColumns+` WHERE r.id = ?`, id).Scan(&found).Error; err != nil {
		return Run{}, fmt.Errorf("read cut-over %s: %w", id, err)
	}
	if len(found) == 0 {
		return Run{}, errs.New(errs.NotFound, "There is no such cut-over.")
	}
	return found[0], nil
}

// OpenRuns counts the runs that are under way.
func OpenRuns(ctx context.Context, db *gorm.DB) (int, error) {
	var n int64
	if err := db.WithContext(ctx).Table("cutovers").Where("state = ?", RunOpen).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count open cut-overs: %w", err)
	}
	return int(n), nil
}

// ProofDay is the day on which a run's proof is made: today, or the day on which the run ended.
func (s Service) ProofDay(run Run) clock.Date {
	if run.EndedAt != nil {
		return clock.DateOf(*run.EndedAt, s.Zone)
	}
	return s.today()
}
