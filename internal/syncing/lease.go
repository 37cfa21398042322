package syncing

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
	"seatledger/internal/runs"
)

// ErrBusy says that another holder has the run now.
var ErrBusy = runs.ErrBusy

// lease is the right to write for the run.
type lease struct{ *runs.Hold }

// inTx runs write under the lease.
func (l lease) inTx(ctx context.Context, write func(tx *gorm.DB) error) error {
	return l.InTx(ctx, write)
}

// endsAttempt tells whether a failure is the run's own and not an account's: it was lost, or the database is in
// trouble.
func endsAttempt(err error) bool {
	return errors.Is(err, runs.ErrLost) || postgres.TroubleOf(err) != postgres.None
}
