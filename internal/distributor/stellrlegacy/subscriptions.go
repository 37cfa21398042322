package stellrlegacy

import (
	"context"
	"encoding/json"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/distributor/vocabulary"
	"seatledger/internal/money"
)

// Subscriptions lists every subscription of one customer. The list may give no
// more than ids; what lacks its quantity is then asked for one by one.
func (c *Connector) Subscriptions(ctx context.Context,
	accountExternalID string) (distributor.SubscriptionListing, error) {
	op := "list subscriptions of " + accountExternalID
	page, err := c.list(ctx, question{op: op, name: getSubscriptions,
		fields: map[string]string{"snx_eu_no": accountExternalID}})
	if err != nil {
		return distributor.SubscriptionListing{}, err
	}
	out := distributor.SubscriptionListing{RequestID: page.RequestID, Names: distributor.Names{}}
	seen := map[string]bool{}
	for _, raw := range c.tongue.lines(page.Records) {
		s, bad, err := c.read(ctx, accountExternalID, raw, page.RequestID, out.Names)
		switch {
		case err != nil:
			return distributor.SubscriptionListing{}, err
		case bad != nil:
			out.Bad = append(out.Bad, *bad)
		case !seen[s.ExternalID]:
			seen[s.ExternalID] = true
			out.Subscriptions = append(out.Subscriptions, s)
		}
	}
	out.Why = incomplete(out.Bad, page.Total, len(page.Records))
	out.Complete = out.Why == ""
	return out, nil
}

// lines unpacks records that are orders with their subscriptions inside.
func (t tongue) lines(records []json.RawMessage) []json.RawMessage {
	var out []json.RawMessage
	for _, raw := range records {
		r, ok := t.subscription.NewRecord(raw)
		if inner := partsOf(r, ok); len(inner) > 0 {
			out = append(out, inner...)
			continue
		}
		out = append(out, raw)
	}
	return out
}

func partsOf(r *lenient.Record, ok bool) []json.RawMessage {
	if !ok {
		return nil
	}
	return r.Parts(details)
}

func (c *Connector) read(ctx context.Context, account string, raw json.RawMessage,
	requestID string, names distributor.Names) (distributor.Subscription, *distributor.BadRecord, error) {
	r, ok := c.tongue.subscription.NewRecord(raw)
	if !ok {
		return distributor.Subscription{},
			&distributor.BadRecord{Reason: "it is no record", Raw: lenient.Storable(raw)}, nil
	}
	id, err := r.ID(subscriptionID)
	if err != nil {
		bad := &distributor.BadRecord{Reason: err.Error(), Raw: r.Raw()}
		return distributor.Subscription{}, bad, nil //nolint:nilerr // a bad record is a result
	}
	if r.Text(quantity) == "" {
		detail, detailID, err := c.detail(ctx, id)
		if onlyThisOne(err) {
			return distributor.Subscription{},
				&distributor.BadRecord{ExternalID: id, Reason: distributor.AsError(err).Message, Raw: r.Raw()}, nil
		}
		if err != nil {
			return distributor.Subscription{}, nil, err
		}
		if detail != nil {
			r, requestID = detail, detailID
		}
	}
	seats, err := r.Seats(quantity)
	if err != nil {
		bad := &distributor.BadRecord{ExternalID: id, Reason: err.Error(), Raw: r.Raw()}
		return distributor.Subscription{}, bad, nil //nolint:nilerr // a bad record is a result
	}
	s := distributor.Subscription{ExternalID: id, AccountExternalID: account, Quantity: seats, RequestID: requestID}
	c.tongue.fill(r, &s)
	names.Note(r.Hits(), r.Beside(subscriptionFields))
	c.tongue.watched(distributor.WatchOf(ctx), r, s)
	return s, nil, nil
}

// onlyThisOne tells a failure of one subscription from a failure of the connection.
func onlyThisOne(err error) bool {
	switch distributor.KindOf(err) {
	case distributor.NotFound, distributor.Refused, distributor.BadAnswer:
		return true
	}
	return false
}

// detail asks for one subscription; nil when the answer has no line for it.
func (c *Connector) detail(ctx context.Context, id string) (*lenient.Record, string, error) {
	q := question{op: "read subscription " + id, name: getSubscription,
		fields: map[string]string{"subscription_id": id}}
	var raw json.RawMessage
	var requestID string
	err := c.ask(ctx, q, func(a outbound.Answer) (err error) {
		if raw, requestID, err = lenient.ReadOne(a.Body, "items"); err != nil {
			return c.session.Unreadable(q.op, err, a.Header)
		}
		requestID = calls.RequestID(requestID, a.Header)
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	for _, line := range c.tongue.lines([]json.RawMessage{raw}) {
		r, ok := c.tongue.subscription.NewRecord(line)
		if got, err := r.ID(subscriptionID); ok && err == nil && got == id {
			return r, requestID, nil
		}
	}
	return nil, requestID, nil
}

// fill reads what the legacy API tells: no dates and, as far as is known, no part numbers.
func (t tongue) fill(r *lenient.Record, s *distributor.Subscription) {
	s.ProductName, s.PartNumber, s.SKU = r.Text(serviceName), r.Text(partNumber), r.Text(skuNo)
	s.VendorSubscriptionID = r.Text(vendorSubID)
	// Guess: these calls belong to Microsoft's reseller programme (csp), so the
	// vendor is Microsoft, although no record says so.
	s.Vendor, s.VendorDerived = vocabulary.Vendor("Microsoft", s.PartNumber), true
	s.FrequencyText, s.TermText = r.Text(billing), r.Text(term)
	s.Frequency, s.Term = t.words.Rhythm(s.FrequencyText), t.words.Rhythm(s.TermText)
	if term, word := vocabulary.TermOfName(s.ProductName); s.TermText == "" {
		s.Term, s.TermText, s.TermDerived = term, word, true
	}
	s.UnitCost, s.SuggestedPrice = r.Amount(unitPrice), r.Amount(msrp)
	// The period of a cost is never guessed: without a frequency it stays unknown,
	// and the review says so.
	s.CostPeriod = vocabulary.CostPeriod(s.Frequency)
	if code, ok := money.ParseCurrency(r.Text(currency)); ok {
		s.Currency = code
	}
	s.StatusText = r.Text(status)
	s.Status = t.words.Status(s.StatusText)
	s.Kind = t.words.Kind(vocabulary.Product{Name: s.ProductName, Part: s.PartNumber, Frequency: s.Frequency,
		Term: s.Term})
	if s.Kind == distributor.UnknownKind {
		s.Kind = distributor.Licence // Guess: what this API sells by the seat is a licence.
	}
	s.Raw, s.Notes = r.Raw(), r.Notes()
}
