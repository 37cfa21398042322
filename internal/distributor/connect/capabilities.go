package connect

import (
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/manual"
	"seatledger/internal/distributor/stellr"
	"seatledger/internal/distributor/stellrlegacy"
)

// CapabilitiesOf is what a connector can do, for who has no credentials at hand; none of one that nobody knows.
func CapabilitiesOf(connector string) distributor.Capabilities {
	switch connector {
	case distributor.Stellr:
		return stellr.Capabilities()
	case distributor.StellrLegacy:
		return stellrlegacy.Capabilities()
	case distributor.Manual:
		return manual.Capabilities()
	}
	return distributor.Capabilities{}
}
