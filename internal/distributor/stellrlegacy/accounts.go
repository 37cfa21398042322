package stellrlegacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/distributor/vocabulary"
)

// Accounts lists every customer of the reseller. The API has no paging, so one
// answer is the whole list.
func (c *Connector) Accounts(ctx context.Context) (distributor.AccountListing, error) {
	page, err := c.list(ctx, question{op: "list customers", name: getCustomers})
	if err != nil {
		return distributor.AccountListing{}, err
	}
	out := distributor.AccountListing{RequestID: page.RequestID}
	seen := map[string]bool{}
	for _, raw := range page.Records {
		a, bad := c.tongue.readAccount(raw, page.RequestID, distributor.WatchOf(ctx))
		switch {
		case bad != nil:
			out.Bad = append(out.Bad, *bad)
		case !seen[a.ExternalID]:
			seen[a.ExternalID] = true
			out.Accounts = append(out.Accounts, a)
		}
	}
	out.Why = incomplete(out.Bad, page.Total, len(page.Records))
	out.Complete = out.Why == ""
	return out, nil
}

// list reads items that are a list. Guess: a single record may come bare.
func (c *Connector) list(ctx context.Context, q question) (lenient.List, error) {
	var page lenient.List
	err := c.ask(ctx, q, func(a outbound.Answer) (err error) {
		page, err = lenient.ReadList(a.Body)
		if errors.Is(err, lenient.ErrShape) {
			page, err = c.tongue.single(a.Body)
		}
		if err != nil {
			return c.session.Unreadable(q.op, err, a.Header)
		}
		page.RequestID = calls.RequestID(page.RequestID, a.Header)
		return nil
	})
	if err != nil {
		return lenient.List{}, err
	}
	distributor.WatchOf(ctx).Page(len(page.Records))
	return page, nil
}

// single takes items that are an object for a list of one, if it has an id.
func (t tongue) single(body []byte) (lenient.List, error) {
	raw, id, err := lenient.ReadOne(body, "items")
	if err != nil {
		return lenient.List{}, err
	}
	customer, _ := t.customer.NewRecord(raw)
	sub, _ := t.subscription.NewRecord(raw)
	if customer.Text(customerNo) == "" && sub.Text(subscriptionID) == "" {
		return lenient.List{}, lenient.ErrShape
	}
	return lenient.List{Records: []json.RawMessage{raw}, Total: -1, RequestID: id}, nil
}

func incomplete(bad []distributor.BadRecord, total, listed int) string {
	for _, b := range bad {
		if b.ExternalID == "" {
			return "some of the rows have no readable id"
		}
	}
	if total >= 0 && total != listed {
		return fmt.Sprintf("the distributor counts %d records but listed %d", total, listed)
	}
	return ""
}

func (t tongue) readAccount(raw json.RawMessage, requestID string, watch *distributor.Watch) (distributor.Account,
	*distributor.BadRecord) {
	r, ok := t.customer.NewRecord(raw)
	if !ok {
		return distributor.Account{}, &distributor.BadRecord{Reason: "it is no record", Raw: lenient.Storable(raw)}
	}
	id, err := r.ID(customerNo)
	if err != nil {
		return distributor.Account{}, &distributor.BadRecord{Reason: err.Error(), Raw: r.Raw()}
	}
	a := distributor.Account{
		ExternalID: id, Name: r.Text(customerName), Domain: r.Text(customerDomain), TenantID: r.Text(tenantID),
		Email: r.Text(email), Phone: r.Text(phone), Street: r.Text(street), City: r.Text(city), State: r.Text(state),
		PostalCode: r.Text(postalCode), Country: r.Text(country), StatusText: r.Text(customerStatus),
		Raw: r.Raw(), RequestID: requestID,
	}
	a.Active = vocabulary.AccountActive(a.StatusText)
	watch.Record(distributor.CustomerRecord, r.Unread(t.known[distributor.CustomerRecord]), r.Hits())
	return a, nil
}
