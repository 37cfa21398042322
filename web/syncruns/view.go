package syncruns

import (
	"time"

	"seatledger/internal/syncing"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// Moment is httpx.Moment of a time that may not have come.
func Moment(t *time.Time, zone *time.Location) ui.Time {
	if t == nil {
		return ui.Time{}
	}
	return httpx.Moment(*t, zone)
}

// Badge is the word of a run's state in its colour.
func Badge(s syncing.State) ui.Badge { return ui.Badge{Text: words.RunState(string(s)), Tone: tone(s)} }

const paused = "Paused"

// headBadge is Badge, where a run may rest.
func headBadge(r syncing.Run) ui.Badge {
	if _, rests := r.Paused(); rests {
		return ui.Badge{Text: paused, Tone: ui.Warn}
	}
	return Badge(r.State)
}

func tone(s syncing.State) ui.Tone {
	switch s {
	case syncing.Succeeded:
		return ui.Good
	case syncing.Running, syncing.Queued:
		return ui.Info
	case syncing.Failed, syncing.Stopped:
		return ui.Bad
	case syncing.Partial, syncing.Interrupted, syncing.Planned:
		return ui.Warn
	}
	return ui.Neutral
}
