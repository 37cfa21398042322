// Package syncing reads a provider and applies what it finds: durable runs (package
// runs), resumable at the last saved account, and careful about absence (DESIGN 5,
// RULES 1 to 3). It knows connectors only through the port and knows nothing of River or HTTP.
package syncing

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/obs"
	"seatledger/internal/postgres"
	"seatledger/internal/provider"
	"seatledger/internal/review"
)

// Service runs syncs. Its functions are set once, by app.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
	Log   *slog.Logger
	Meter *obs.Meter // nil: nothing is counted
	// Reviews judges what a sync has changed, in the same transaction.
	Reviews review.Reviewer

	// Connect opens the connector of a provider with its credentials.
	Connect func(ctx context.Context, p provider.Provider) (distributor.Connector, error)
	// Verify checks a provider and stores the result; the night run asks for it first.
	Verify func(ctx context.Context, id uuid.UUID) (distributor.Check, error)
	// Enqueue puts the run's job into the queue, in the run's own transaction, not before the delay is over.
	Enqueue func(ctx context.Context, tx *gorm.DB, runID uuid.UUID, delay time.Duration) error
	// MapIdentical maps what is certain by identity, after an account run that brought changes, and says how many; nil:
	// nothing is.
	MapIdentical func(ctx context.Context, providerID uuid.UUID) (mapped int, err error)
	// SyncAt is the time of day of the nightly run, as hours and minutes since midnight in Zone. Until SyncUntil a
	// failed night is tried again.
	SyncAt, SyncUntil time.Duration
	// Patience is how long the night's check waits between its tries; nil: 2, 8 and 30 s.
	Patience []time.Duration
	// Lease is how long a run holds its provider without a sign of life; 0 means as all runs do.
	Lease time.Duration
	// Holder names this process in the lease.
	Holder string
}
