package providers

import (
	"fmt"
	"time"

	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/views/ui"
	"seatledger/web/state"
	"seatledger/web/syncruns"

	view "seatledger/views/providers"
)

// checkCard is the last connectivity check with its age and how far it still holds.
func (h Handlers) checkCard(r record) *view.Check {
	stands := r.Connectivity()
	card := &view.Check{Card: ui.Card{Title: "Connectivity", ID: "connectivity",
		Badges: []ui.Badge{state.Connectivity(stands)}}}
	if stands == provider.Unverified {
		card.Note = &ui.Callout{Tone: ui.Info,
			Text: "Not verified yet. Verify Connectivity checks the address, the sign-in, the lists and the reseller " +
				"number one after the other, and says what to do about each."}
		return card
	}
	card.Card.Text = "Checked " + age(h.Clock.Now().Sub(*r.CheckedAt))
	if stands == provider.Stale {
		card.Note = &ui.Callout{Tone: ui.Warn, Title: "Stale",
			Text: "The credentials were edited after this check. It tells of the old ones; verify again."}
	}
	card.Age.Items = []ui.Definition{{Term: "Checked", Value: ui.Of(syncruns.Moment(r.CheckedAt, h.Zone)),
		Note: "by " + r.CheckedBy}}
	for _, l := range r.Layers() {
		card.Steps = append(card.Steps, step(l))
	}
	return card
}

// age says how long ago something was, roughly.
func age(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return "just now"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

func step(l distributor.Layer) ui.Step {
	s := ui.Step{Title: layerTitle(l.Name), State: stepState(l.Result), Text: l.Message}
	if l.Advice != "" {
		s.Text += " " + l.Advice
	}
	if l.Took > 0 {
		s.Note = fmt.Sprintf("%d ms", l.Took.Milliseconds())
	}
	if l.RequestID != "" {
		s.Note = join(s.Note, "request "+l.RequestID)
	}
	return s
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

func layerTitle(name string) string {
	switch name {
	case distributor.LayerAddress:
		return "Address allowed"
	case distributor.LayerName:
		return "Name resolves"
	case distributor.LayerTLS:
		return "Secure connection (TLS)"
	case distributor.LayerToken:
		return "Access token"
	case distributor.LayerCustomers:
		return "List customers"
	case distributor.LayerSubscriptions:
		return "List one customer's subscriptions"
	case distributor.LayerReseller:
		return "Reseller scope"
	case distributor.LayerDialect:
		return "Dialect"
	}
	return name
}

func stepState(r distributor.LayerResult) ui.StepState {
	switch r {
	case distributor.Passed:
		return ui.StepDone
	case distributor.Warned:
		return ui.StepWarned
	case distributor.Failed:
		return ui.StepFailed
	}
	return ui.StepSkipped
}
