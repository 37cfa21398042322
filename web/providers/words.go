package providers

import (
	"github.com/google/uuid"

	"seatledger/internal/distributor"
	"seatledger/internal/provider"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/state"
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

// connectivity is the badge of a provider: that it needs credentials says more than that its check failed.
func connectivity(p provider.Provider) ui.Badge {
	if p.NeedsCredentials() {
		return ui.Badge{Text: "Needs credentials", Tone: ui.Bad, Title: "The distributor refused the sign-in"}
	}
	return state.Connectivity(p.Connectivity())
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
