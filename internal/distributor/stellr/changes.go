package stellr

import (
	"context"

	"seatledger/internal/distributor"
)

// Changes reads the change log of one contract.
func (c *Connector) Changes(_ context.Context, _ distributor.ChangeQuery) ([]distributor.Change, error) {
	return nil, &distributor.Error{Kind: distributor.Unsupported, Op: "change log", Message: "The change log could not be read.", Advice: "Dates of seat changes are estimated instead."}
}
