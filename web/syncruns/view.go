package syncruns

import (
	"strings"
	"time"

	"seatledger/internal/syncing"
	"seatledger/views/ui"
)

// Moment is a point in time as pages show it, in the configured zone.
func Moment(t *time.Time, zone *time.Location) ui.Time {
	if t == nil || t.IsZero() {
		return ui.Time{}
	}
	return ui.Time{ISO: t.UTC().Format(time.RFC3339), Text: t.In(zone).Format("2 Jan 2006, 15:04 MST")}
}

// Badge is the word of a run's state in its colour.
func Badge(s syncing.State) ui.Badge { return ui.Badge{Text: StateLabel(s), Tone: tone(s)} }

// StateLabel is a run's state as a word on the screen.
func StateLabel(s syncing.State) string {
	if s == syncing.Stopped {
		return "Stopped by the guard"
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
	case syncing.Partial, syncing.Interrupted:
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
