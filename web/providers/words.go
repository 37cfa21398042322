package providers

import (
	"github.com/google/uuid"

	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/views/ui"
	"seatledger/web/at"
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

// connectivity is the badge of a provider: that it needs credentials says more than that its check failed.
func connectivity(p provider.Provider) ui.Badge {
	if p.NeedsCredentials() {
		return ui.Badge{Text: "Needs credentials", Tone: ui.Bad, Title: "The distributor refused the sign-in"}
	}
	return connectivityBadge(p.Connectivity())
}

func activeBadge(active bool) ui.Badge {
	if active {
		return ui.Badge{Text: "Active", Tone: ui.Good}
	}
	return ui.Badge{Text: "Inactive"}
}

func accountsPath(id uuid.UUID, state string) string {
	p := at.Accounts + "?provider=" + id.String()
	if state != "" {
		p += "&state=" + state
	}
	return p
}

func subscriptionsPath(id uuid.UUID, state string) string {
	p := at.Subscriptions + "?provider=" + id.String()
	if state != "" {
		p += "&state=" + state
	}
	return p
}
