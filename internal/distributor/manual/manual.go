// Package manual stands for a distributor without an API: a person enters its
// accounts and subscriptions. It reads nothing and calls nobody.
package manual

import (
	"context"

	"seatledger/internal/distributor"
)

// Connector answers every reading with an Unsupported error.
type Connector struct{}

// Capabilities says that entries are made by hand, and nothing else.
func (Connector) Capabilities() distributor.Capabilities { return Capabilities() }

// Capabilities of a manual provider, for screens that have no connector at hand.
func Capabilities() distributor.Capabilities {
	return distributor.Capabilities{ManualEntry: true, StartDates: true, PartNumbers: true}
}

// Accounts is not to be had.
func (Connector) Accounts(context.Context) (distributor.AccountListing, error) {
	return distributor.AccountListing{}, unsupported("list customers")
}

// Subscriptions is not to be had.
func (Connector) Subscriptions(context.Context, string) (distributor.SubscriptionListing, error) {
	return distributor.SubscriptionListing{}, unsupported("list subscriptions")
}

// Changes is not to be had.
func (Connector) Changes(context.Context, distributor.ChangeQuery) ([]distributor.Change, error) {
	return nil, unsupported("read the change log")
}

// Verify has no layers: there is no connection that could be checked.
func (Connector) Verify(context.Context, distributor.Patience) distributor.Check {
	return distributor.Check{}
}

func unsupported(op string) error {
	return &distributor.Error{Kind: distributor.Unsupported, Op: op,
		Message: "A manual provider has no API to read from.",
		Advice:  "Enter its accounts and subscriptions by hand, or import them."}
}
