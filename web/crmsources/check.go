package crmsources

import (
	"fmt"
	"time"

	"seatledger/internal/crm/dataverse"
	"seatledger/internal/crmsource"
	"seatledger/internal/distributor"
	"seatledger/views/ui"
	"seatledger/web/state"

	view "seatledger/views/crmsources"
)

// check is the last connectivity check with its age and how far it still holds.
func (h Handlers) check(r record) view.Check {
	stands := r.Connectivity()
	card := view.Check{Card: ui.Card{Title: "Connectivity", ID: "connectivity",
		Badges: []ui.Badge{state.Connectivity(stands)}}}
	if stands == crmsource.Unverified {
		card.Note = &ui.Callout{Tone: ui.Info,
			Text: "Not verified yet. The check tries the address, the sign-in, the organisation, and one account and " +
				"contact, and says what to do about each."}
		return card
	}
	if stands == crmsource.Stale {
		card.Note = &ui.Callout{Tone: ui.Warn, Title: "Stale",
			Text: "Settings were edited after this check. It tells of the old ones; verify again."}
	}
	card.Card.Text = "Checked " + age(h.Clock.Now().Sub(*r.CheckedAt))
	card.Age.Items = []ui.Definition{{Term: "Checked", Value: ui.Of(h.moment(r.CheckedAt)), Note: "by " + r.CheckedBy}}
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
	states := map[distributor.LayerResult]ui.StepState{distributor.Passed: ui.StepDone,
		distributor.Warned: ui.StepWarned, distributor.Failed: ui.StepFailed, distributor.Skipped: ui.StepSkipped}
	s := ui.Step{Title: layerTitle(l.Name), State: states[l.Result], Text: joined(l.Message, l.Advice)}
	if l.Took > 0 {
		s.Note = fmt.Sprintf("%d ms", l.Took.Milliseconds())
	}
	if l.RequestID != "" {
		s.Note = joined(s.Note, "request "+l.RequestID)
	}
	return s
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
	case dataverse.LayerOrganisation:
		return "Organisation"
	case dataverse.LayerAccounts:
		return "Read one account"
	case dataverse.LayerContacts:
		return "Read one contact"
	}
	return name
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}
