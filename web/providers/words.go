package providers

import (
	"github.com/google/uuid"

	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/views/ui"
)

func connectorLabel(connector string) string {
	switch connector {
	case distributor.Stellr:
		return "TD SYNNEX, comprehensive API"
	case distributor.StellrLegacy:
		return "TD SYNNEX, legacy API"
	case distributor.Manual:
		return "Manual"
	}
	return connector
}

func connectivityBadge(c provider.Connectivity) ui.Badge {
	switch c {
	case provider.Verified:
		return ui.Badge{Text: "Verified", Tone: ui.Good}
	case provider.Warning:
		return ui.Badge{Text: "Warning", Tone: ui.Warn}
	case provider.CheckFailed:
		return ui.Badge{Text: "Failed", Tone: ui.Bad}
	case provider.Stale:
		return ui.Badge{Text: "Stale", Tone: ui.Warn, Title: "The credentials were edited since the last check"}
	case provider.NotApplicable:
		return ui.Badge{Text: "Not applicable"}
	}
	return ui.Badge{Text: "Unverified", Tone: ui.Warn}
}

func activeBadge(active bool) ui.Badge {
	if active {
		return ui.Badge{Text: "Active", Tone: ui.Good}
	}
	return ui.Badge{Text: "Inactive"}
}

func accountsPath(id uuid.UUID, state string) string {
	p := "/accounts?provider=" + id.String()
	if state != "" {
		p += "&state=" + state
	}
	return p
}

func subscriptionsPath(id uuid.UUID, state string) string {
	p := "/subscriptions?provider=" + id.String()
	if state != "" {
		p += "&state=" + state
	}
	return p
}
