package connect

import (
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/stellr"
	"seatledger/internal/distributor/stellrlegacy"
)

// Wire is what a connector reads and where; the zero Wire for one without a wire.
func Wire(connector string) distributor.Wire {
	switch connector {
	case distributor.Stellr:
		return stellr.Wire()
	case distributor.StellrLegacy:
		return stellrlegacy.Wire()
	}
	return distributor.Wire{}
}
