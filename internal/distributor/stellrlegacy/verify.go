package stellrlegacy

import (
	"context"
	"fmt"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/checkup"
	"seatledger/internal/distributor/lenient"
)

// Verify checks the connection layer by layer: for a person within 30 s and without repeating a call, for a
// night as patiently as other reads.
func (c *Connector) Verify(ctx context.Context, how distributor.Patience) distributor.Check {
	v := &verification{c: c, how: how}
	steps := append(checkup.Network(c.http, c.base),
		checkup.Step{Layer: distributor.LayerToken, Run: v.token},
		checkup.Step{Layer: distributor.LayerCustomers, Run: v.customers},
		checkup.Step{Layer: distributor.LayerSubscriptions, Run: v.subscriptions},
		checkup.Step{Layer: distributor.LayerReseller, Run: v.reseller},
	)
	return checkup.Run(ctx, checkup.Plan{Clock: c.clk, How: how, Steps: steps})
}

// verification carries from one layer to the next what it found.
type verification struct {
	c    *Connector
	how  distributor.Patience
	page lenient.List
}

func (v *verification) token(ctx context.Context) (checkup.Outcome, error) {
	return checkup.Outcome{Message: "The sign-in was accepted."}, v.c.session.SignIn(ctx, v.how)
}

func (v *verification) customers(ctx context.Context) (checkup.Outcome, error) {
	var err error
	v.page, err = v.c.list(ctx, question{op: "list customers", name: getCustomers, once: v.how == distributor.Hurried})
	return checkup.Outcome{RequestID: v.page.RequestID,
		Message: fmt.Sprintf("Customers can be listed: %d in all.", len(v.page.Records))}, err
}

func (v *verification) subscriptions(ctx context.Context) (checkup.Outcome, error) {
	for _, raw := range v.page.Records {
		a, bad := v.c.tongue.readAccount(raw, "", nil)
		if bad != nil {
			continue
		}
		page, err := v.c.list(ctx, question{op: "list subscriptions of " + a.ExternalID, name: getSubscriptions,
			fields: map[string]string{"snx_eu_no": a.ExternalID}, once: v.how == distributor.Hurried})
		return checkup.Outcome{RequestID: page.RequestID,
			Message: fmt.Sprintf("The subscriptions of customer %s can be listed: %d.", a.ExternalID,
				len(page.Records))}, err
	}
	return checkup.Outcome{Skip: true, Message: "Not tried, because there is no customer to try it with."}, nil
}

func (v *verification) reseller(context.Context) (checkup.Outcome, error) {
	return checkup.Reseller(v.c.cred.ResellerNumber, len(v.page.Records), v.page.RequestID), nil
}
