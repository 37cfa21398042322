package billingrun

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/obs"
	"seatledger/internal/postgres"
)

// Service looks at what is due and works billing runs.
type Service struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Log     *slog.Logger
	Meter   *obs.Meter // nil: nothing is counted
	Holder  string     // names this process in the leases of runs
	Billing billing.Service
	// Enqueue puts the job of a run into the queue, in the transaction of its row.
	Enqueue func(ctx context.Context, tx *gorm.DB, job Job, delay time.Duration) error
	// Send puts a billed invoice on its way to the customer, in the transaction that notes it. A refusal says what
	// is missing and what to do. nil: nothing can be sent yet.
	Send func(ctx context.Context, tx *gorm.DB, by audit.Actor, invoice uuid.UUID) error
}

// today is the day it is in the zone of billing.
func (s *Service) today() clock.Date { return clock.Today(s.Clock, s.Zone) }
