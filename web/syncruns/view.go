package syncruns

import (
	"time"

	"seatledger/internal/syncing"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/state"
)

// Moment is httpx.Moment of a time that may not have come.
func Moment(t *time.Time, zone *time.Location) ui.Time {
	if t == nil {
		return ui.Time{}
	}
	return httpx.Moment(*t, zone)
}

const paused = "Paused"

// headBadge is the state, where a run may rest.
func headBadge(r syncing.Run) ui.Badge {
	if _, rests := r.Paused(); rests {
		return ui.Badge{Text: paused, Tone: ui.Warn}
	}
	return state.Run(r.State)
}
