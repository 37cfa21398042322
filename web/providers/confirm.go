package providers

import (
	"seatledger/views/ui"

	view "seatledger/views/providers"
)

// confirmOf is the question that a changed host or reseller number raises.
func confirmOf(f formState) *view.Confirm {
	if f.problems["confirm_identity"] == "" {
		return nil
	}
	points := []string{
		"The last connectivity check no longer holds; verify again before the next sync.",
		"The next listing is compared with the accounts that are here. " +
			"If any is missing, the run stops and asks before anything counts as gone.",
		"If the new host or number belongs to another reseller, create a new provider instead: " +
			"mappings and ledgers of two resellers must not mix.",
	}
	if f.in.Password != "" || f.in.ApplicationSecret != "" {
		points = append(points, "The secret you typed was not kept. Type it again below.")
	}
	return &view.Confirm{
		Callout: ui.Callout{Tone: ui.Warn, Title: "Do these accounts still belong here?",
			Text: "Host and reseller number decide whose customers a provider reads."},
		Points: points, Box: confirmBox(f),
	}
}

func confirmBox(f formState) ui.Field {
	return ui.Field{Kind: ui.Checkbox, Name: "confirm_identity", Label: "It is the same reseller: save the change",
		Error: f.problems["confirm_identity"]}
}
