package app

import (
	"context"
	"time"

	"seatledger/internal/audit"
)

// How often the trail is sent on, and how long one turn may take.
const (
	shipEvery = 5 * time.Second
	shipTurn  = 30 * time.Second
)

// ShipTrail sends the audit trail to another machine until ctx ends. A turn that failed comes again.
func (a *App) ShipTrail(ctx context.Context, send func(ctx context.Context, line string) error) {
	tick := time.NewTicker(shipEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		turn, done := context.WithTimeout(ctx, shipTurn)
		if _, err := audit.Ship(turn, a.DB, send); err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "the audit trail could not be sent on; it is tried again", "error", err)
		}
		done()
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}
