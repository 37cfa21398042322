package stellr

import (
	"context"
	"encoding/json"
	"fmt"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/checkup"
	"seatledger/internal/distributor/lenient"
)

// Verify checks the connection layer by layer: for a person within 30 s and without repeating a call, for a
// night as patiently as other reads.
func (c *Connector) Verify(ctx context.Context, how distributor.Patience) distributor.Check {
	v := &verification{c: c, how: how}
	steps := append(checkup.Network(c.http, c.base, c.tokenURL),
		checkup.Step{Layer: distributor.LayerToken, Run: v.token},
		checkup.Step{Layer: distributor.LayerCustomers, Run: v.customers},
		checkup.Step{Layer: distributor.LayerSubscriptions, Run: v.subscriptions},
		checkup.Step{Layer: distributor.LayerReseller, Run: v.reseller},
	)
	return checkup.Run(ctx, checkup.Plan{Clock: c.clk, How: how, Steps: steps})
}

// verification carries from one layer to the next what it found.
type verification struct {
	c     *Connector
	how   distributor.Patience
	page  lenient.List
	first string // a customer in use, else any
}

func (v *verification) token(ctx context.Context) (checkup.Outcome, error) {
	return checkup.Outcome{Message: "The sign-in was accepted."}, v.c.session.SignIn(ctx, v.how)
}

func (v *verification) customers(ctx context.Context) (checkup.Outcome, error) {
	var err error
	if v.page, err = v.c.page(ctx, v.c.tongue.customers(), 1, v.how == distributor.Hurried); err != nil {
		return checkup.Outcome{}, err
	}
	if v.page.Total > 0 && len(v.page.Records) == 0 {
		return checkup.Outcome{}, &distributor.Error{Kind: distributor.BadAnswer, RequestID: v.page.RequestID,
			Message: fmt.Sprintf("The distributor says that it has %d customers, but it lists none.", v.page.Total),
			Advice:  "Try again; if it lasts, give the distributor the request id."}
	}
	v.first = v.c.tongue.pickCustomer(v.page.Records)
	out := checkup.Outcome{RequestID: v.page.RequestID, Message: fmt.Sprintf("Customers can be listed: %s.", v.count())}
	if v.first == "" && len(v.page.Records) > 0 {
		out.Warning = true
		out.Message = "Customers can be listed, but none of them has an id that can be read."
		out.Advice = "Give the distributor the request id and ask for the form of its answer."
	}
	return out, nil
}

func (v *verification) count() string {
	if v.page.Total >= 0 {
		return fmt.Sprintf("%d in all", v.page.Total)
	}
	return fmt.Sprintf("%d on the first page", len(v.page.Records))
}

func (t tongue) pickCustomer(records []json.RawMessage) string {
	fallback := ""
	for _, raw := range records {
		a, bad := t.readAccount(row{raw: raw}, nil)
		switch {
		case bad != nil:
		case a.Active:
			return a.ExternalID
		case fallback == "":
			fallback = a.ExternalID
		}
	}
	return fallback
}

func (v *verification) subscriptions(ctx context.Context) (checkup.Outcome, error) {
	if v.first == "" {
		return checkup.Outcome{Skip: true, Message: "Not tried, because there is no customer to try it with."}, nil
	}
	page, err := v.c.page(ctx, v.c.tongue.subscriptionsOf(v.first), 1, v.how == distributor.Hurried)
	if err != nil {
		return checkup.Outcome{}, err
	}
	return checkup.Outcome{RequestID: page.RequestID,
		Message: fmt.Sprintf("The subscriptions of customer %s can be listed: %d on the first page.", v.first,
			len(page.Records))}, nil
}

func (v *verification) reseller(context.Context) (checkup.Outcome, error) {
	return checkup.Reseller(v.c.cred.ResellerNumber, len(v.page.Records), v.page.RequestID), nil
}
