package skeleton

import (
	"context"
	"fmt"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/checkup"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/outbound"
)

// Verify checks the connection layer by layer and says of each what it came to.
func (c *Connector) Verify(ctx context.Context, how distributor.Patience) distributor.Check {
	steps := append(checkup.Network(c.http, c.base, c.base+"/oauth/token"),
		checkup.Step{Layer: distributor.LayerToken, Run: func(ctx context.Context) (checkup.Outcome, error) {
			return checkup.Outcome{Message: "The sign-in was accepted."}, c.session.SignIn(ctx, how)
		}},
		c.canList(distributor.LayerCustomers, "list customers", "/v1/customers?offset=0&limit=1", how),
		c.canList(distributor.LayerSubscriptions, "list subscriptions", "/v1/subscriptions?offset=0&limit=1", how))
	return checkup.Run(ctx, checkup.Plan{Clock: c.clk, How: how, Steps: steps})
}

func (c *Connector) canList(layer, op, target string, how distributor.Patience) checkup.Step {
	return checkup.Step{Layer: layer, Run: func(ctx context.Context) (checkup.Outcome, error) {
		var page lenient.List
		err := c.get(ctx, op, target, how == distributor.Hurried, func(a outbound.Answer) (err error) {
			if page, err = lenient.ReadList(a.Body, "customers", "subscriptions"); err != nil {
				return c.session.Unreadable(op, err, a.Header)
			}
			page.RequestID = calls.RequestID(page.RequestID, a.Header)
			return nil
		})
		out := checkup.Outcome{Message: fmt.Sprintf("They can be listed: %d in all.", page.Total),
			RequestID: page.RequestID}
		if err == nil && page.Total == 0 {
			out.Warning, out.Message = true, "The list is empty."
			out.Advice = "Look whether these are the credentials of the right account."
		}
		return out, err
	}}
}
