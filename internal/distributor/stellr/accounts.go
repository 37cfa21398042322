package stellr

import (
	"context"
	"encoding/json"
	"fmt"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/vocabulary"
)

func (t tongue) customers() list {
	return list{op: "list customers", path: t.paths.Customers, noun: "customers", key: t.customerKey,
		unlike: true}
}

func (t tongue) customerKey(raw json.RawMessage) string {
	r, ok := t.customer.NewRecord(raw)
	if !ok {
		return ""
	}
	id, _ := r.ID(customerNo) // an unreadable id tells nothing apart
	return id
}

// Accounts lists every customer of the reseller.
func (c *Connector) Accounts(ctx context.Context) (distributor.AccountListing, error) {
	ctx, done := distributor.KeepRoom(ctx)
	defer done()
	r, why, err := c.readAll(ctx, c.tongue.customers())
	if err != nil {
		return distributor.AccountListing{}, err
	}
	out := distributor.AccountListing{RequestID: r.requestID, Why: why}
	watch := distributor.WatchOf(ctx)
	out.Accounts = make([]distributor.Account, 0, len(r.rows))
	for _, row := range r.rows {
		a, bad := c.tongue.readAccount(row, watch)
		if bad != nil {
			out.Bad = append(out.Bad, *bad)
			continue
		}
		out.Accounts = append(out.Accounts, a)
	}
	out.Why = orBad(why, out.Bad)
	out.Complete = out.Why == ""
	return out, nil
}

func (t tongue) readAccount(row row, watch *distributor.Watch) (distributor.Account, *distributor.BadRecord) {
	r, ok := t.customer.NewRecord(row.raw)
	if !ok {
		return distributor.Account{}, &distributor.BadRecord{Reason: "it is no record", Raw: lenient.Storable(row.raw)}
	}
	id, err := r.ID(customerNo)
	if err != nil {
		return distributor.Account{}, &distributor.BadRecord{Reason: err.Error(), Raw: r.Raw()}
	}
	a := distributor.Account{
		ExternalID: id, Name: r.Text(customerName), Domain: r.Text(customerDomain), TenantID: r.Text(tenantID),
		Email: r.Text(email), Phone: r.Text(phone), Street: r.Text(street), City: r.Text(city), State: r.Text(state),
		PostalCode: r.Text(postalCode), Country: r.Text(country), StatusText: r.Text(customerStatus),
		Raw: r.Raw(), RequestID: row.requestID,
	}
	a.Active = vocabulary.AccountActive(a.StatusText)
	watch.Record(distributor.CustomerRecord, r.Unread(t.known[distributor.CustomerRecord]), r.Hits())
	return a, nil
}

// orBad adds to the reasons against a listing that some of its rows have no id:
// whoever they are, they must not be taken for gone.
func orBad(why string, bad []distributor.BadRecord) string {
	n := 0
	for _, b := range bad {
		if b.ExternalID == "" {
			n++
		}
	}
	if why == "" && n > 0 {
		return fmt.Sprintf("%d of the rows have no readable id", n)
	}
	return why
}
