package skeleton

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/outbound"
)

const (
	maxPages    = 5000 // bounds a list that never ends
	defaultSize = 100
)

// Accounts lists every customer.
func (c *Connector) Accounts(ctx context.Context) (distributor.AccountListing, error) {
	l, err := c.readAll(ctx, "list customers", "/v1/customers", nil, customerID)
	if err != nil {
		return distributor.AccountListing{}, err
	}
	out := distributor.AccountListing{RequestID: l.requestID, Why: l.why}
	for _, raw := range l.rows {
		a, bad := readAccount(raw, l.requestID)
		if bad != nil {
			out.Bad = append(out.Bad, *bad)
			out.Why = "some of the customers have no readable id"
			continue
		}
		out.Accounts = append(out.Accounts, a)
	}
	out.Complete = out.Why == ""
	return out, nil
}

// Subscriptions lists what one customer has. In a reading of all it comes from one list of everything. Where your
// distributor lists by customer, ask that list here and leave everything out.
func (c *Connector) Subscriptions(ctx context.Context, account string) (distributor.SubscriptionListing, error) {
	return distributor.OneList(ctx, c, account, c.everything, c.alone)
}

func (c *Connector) alone(ctx context.Context, account string) (distributor.SubscriptionListing, error) {
	w, err := c.list(ctx, "list subscriptions of "+account, url.Values{"customerId": {account}})
	if err != nil {
		return distributor.SubscriptionListing{}, err
	}
	out := w.Of[account]
	for of := range w.Of {
		if of != account {
			w.Complete, w.Why = false, "the list names customers that were not asked for"
		}
	}
	out.Complete, out.Why = w.Complete, w.Why
	return out, nil
}

func (c *Connector) everything(ctx context.Context) (distributor.Whole, error) {
	return c.list(ctx, "list subscriptions", nil)
}

func (c *Connector) list(ctx context.Context, op string, query url.Values) (distributor.Whole, error) {
	l, err := c.readAll(ctx, op, "/v1/subscriptions", query, subscriptionID)
	if err != nil {
		return distributor.Whole{}, err
	}
	w := distributor.Whole{Of: map[string]distributor.SubscriptionListing{}, Why: l.why}
	for _, raw := range l.rows {
		s, bad := readSubscription(raw, l.requestID)
		of := s.AccountExternalID
		if bad != nil {
			of = accountOf(raw)
		}
		if of == "" {
			w.Why = "a record of the list names no customer"
			of = query.Get("customerId")
		}
		list := w.Of[of]
		if bad != nil {
			list.Bad = append(list.Bad, *bad)
		} else {
			list.Subscriptions = append(list.Subscriptions, s)
		}
		w.Of[of] = list
	}
	w.Complete = w.Why == ""
	for of, list := range w.Of {
		list.Complete, list.Why, list.RequestID = w.Complete, w.Why, l.requestID
		w.Of[of] = list
	}
	return w, nil
}

func accountOf(raw json.RawMessage) string {
	r, ok := lenient.NewRecord(raw)
	if !ok {
		return ""
	}
	id, err := r.ID(customerID)
	if err != nil {
		return ""
	}
	return id
}

// listed is one pass over all pages of a list.
type listed struct {
	rows      []json.RawMessage
	why       string // it cannot be the whole; empty: it is
	requestID string
}

// readAll reads page after page until one is empty. That a list is whole is proved, never believed: the total has to
// agree, on every page alike, and no record may come twice with other words.
func (c *Connector) readAll(ctx context.Context, op, path string, query url.Values, key lenient.Field) (listed, error) {
	size := c.cred.PageSize
	if size <= 0 {
		size = defaultSize
	}
	var l listed
	seen, total := map[string]string{}, -1
	for no := range maxPages {
		page, err := c.page(ctx, op, path, query, no*size, size)
		if err != nil {
			return listed{}, err
		}
		l.requestID = page.RequestID
		if total >= 0 && page.Total != total {
			l.why = "the distributor's total changed while its pages were read"
		}
		total = page.Total
		for _, raw := range page.Records {
			id, means := keyOf(raw, key), distributor.Meaning(raw)
			switch was, known := seen[id]; {
			case known && was == means:
				continue // a page moved by one: the same record once more
			case known:
				l.why = "one record is listed twice with other words"
			}
			seen[id] = means
			l.rows = append(l.rows, raw)
		}
		if len(page.Records) == 0 {
			break
		}
	}
	switch {
	case l.why != "":
	case total < 0:
		l.why = "the distributor gave no total"
	case total != len(l.rows):
		l.why = fmt.Sprintf("the distributor counts %d records but listed %d", total, len(l.rows))
	}
	return l, nil
}

func keyOf(raw json.RawMessage, key lenient.Field) string {
	if r, ok := lenient.NewRecord(raw); ok {
		if id, err := r.ID(key); err == nil {
			return id
		}
	}
	return "unreadable " + string(raw)
}

func (c *Connector) page(ctx context.Context, op, path string, query url.Values, from, size int) (lenient.List, error) {
	q := url.Values{"offset": {strconv.Itoa(from)}, "limit": {strconv.Itoa(size)}}
	for name, values := range query {
		q[name] = values
	}
	var page lenient.List
	err := c.get(ctx, op, path+"?"+q.Encode(), false, func(a outbound.Answer) (err error) {
		if page, err = lenient.ReadList(a.Body, "customers", "subscriptions"); err != nil {
			return c.session.Unreadable(op, err, a.Header)
		}
		page.RequestID = calls.RequestID(page.RequestID, a.Header)
		return nil
	})
	return page, err
}

// get asks for an address, with a token, in its turn, and again where that may help. once: a person waits.
func (c *Connector) get(ctx context.Context, op, target string, once bool, read func(outbound.Answer) error) error {
	_, err := c.session.Ask(ctx, calls.Question{Op: op, Once: once, Read: read,
		Send: func(ctx context.Context, token string) (outbound.Answer, error) {
			return c.http.Do(ctx, outbound.Request{Op: op, Method: http.MethodGet, URL: c.base + target,
				Header: http.Header{"Authorization": {"Bearer " + token}, "Accept": {"application/json"}}})
		}})
	return err
}
