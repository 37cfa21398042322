// Package state is the one home of how states look: the word on a screen and its colour. It knows what each state
// means to the person who reads it, and nothing of the records that bear it.
package state

import (
	"seatledger/internal/crmsource"
	"seatledger/internal/invoice"
	"seatledger/internal/provider"
	"seatledger/internal/runs"
	"seatledger/internal/words"
	"seatledger/views/ui"
)

// Run is the state of a durable run, whatever it does.
func Run(s runs.State) ui.Badge { return ui.Badge{Text: words.RunState(string(s)), Tone: runTones[s]} }

var runTones = map[runs.State]ui.Tone{
	runs.Planned: ui.Warn, runs.Queued: ui.Info, runs.Running: ui.Info, runs.Interrupted: ui.Warn,
	runs.Succeeded: ui.Good, runs.Partial: ui.Warn, runs.Failed: ui.Bad, runs.Stopped: ui.Bad,
}

// Connectivity is what the last check of a connection said: of a provider or of a CRM source.
func Connectivity[C provider.Connectivity | crmsource.Connectivity](c C) ui.Badge {
	b, known := connectivities[provider.Connectivity(c)]
	if !known {
		return ui.Badge{Text: "Unverified", Tone: ui.Warn}
	}
	return b
}

var connectivities = map[provider.Connectivity]ui.Badge{
	provider.Verified:      {Text: "Verified", Tone: ui.Good},
	provider.Warning:       {Text: "Warning", Tone: ui.Warn},
	provider.CheckFailed:   {Text: "Failed", Tone: ui.Bad},
	provider.Stale:         {Text: "Stale", Tone: ui.Warn, Title: "Settings were edited since the last check"},
	provider.NotApplicable: {Text: "Not applicable"},
}

// Active tells whether something is in use.
func Active(active bool) ui.Badge {
	if active {
		return ui.Badge{Text: "Active", Tone: ui.Good}
	}
	return ui.Badge{Text: "Inactive"}
}

// Invoice is the state of a document. Billed is where every one passes through, and no warning; what is late says so
// by itself.
func Invoice(s invoice.State) ui.Badge { return ui.Badge{Text: string(s), Tone: invoiceTones[s]} }

var invoiceTones = map[invoice.State]ui.Tone{invoice.Draft: ui.Info, invoice.Paid: ui.Good}
