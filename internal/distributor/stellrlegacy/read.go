package stellrlegacy

import (
	"context"

	"seatledger/internal/distributor"
)

// Accounts lists every customer of the reseller.
func (c *Connector) Accounts(ctx context.Context) (distributor.AccountListing, error) {
	return distributor.AccountListing{}, nil
}

// Subscriptions lists every subscription of one customer.
func (c *Connector) Subscriptions(ctx context.Context, accountExternalID string) (distributor.SubscriptionListing, error) {
	return distributor.SubscriptionListing{}, nil
}

// Verify checks the connection layer by layer.
func (c *Connector) Verify(ctx context.Context) distributor.Check { return distributor.Check{} }
