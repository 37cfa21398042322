package syncing

import (
	"errors"

	"seatledger/internal/postgres"
	"seatledger/internal/runs"
)

// ErrBusy says that another holder has the run now.
var ErrBusy = runs.ErrBusy

// endsAttempt tells whether a failure is the run's own and not an account's: it was lost, or the database is in
// trouble.
func endsAttempt(err error) bool {
	return errors.Is(err, runs.ErrLost) || postgres.TroubleOf(err) != postgres.None
}
