package syncruns

import (
	"strings"
	"time"

	"seatledger/internal/syncing"
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
func Badge(s syncing.State) ui.Badge { return ui.Badge{Text: StateLabel(s), Tone: tone(s)} }

const paused = "Paused"

// headBadge is Badge, where a run may rest.
func headBadge(r syncing.Run) ui.Badge {
	if _, rests := r.Paused(); rests {
		return ui.Badge{Text: paused, Tone: ui.Warn}
	}
	return Badge(r.State)
}

// StateLabel is a run's state as a word on the screen.
func StateLabel(s syncing.State) string {
	switch s {
	case syncing.Stopped:
		return "Stopped by the guard"
	case syncing.Planned:
		return "Waits for a person"
	}
	return capital(string(s))
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

// KindLabel is what a run reads.
func KindLabel(k syncing.Kind) string {
	if k == syncing.Listing {
		return "Listing only"
	}
	return capital(string(k))
}

// TriggerLabel is what started a run.
func TriggerLabel(t syncing.Trigger) string { return capital(string(t)) }

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
