package stellr

import (
	"context"
	"encoding/json"
	"fmt"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/vocabulary"
	"seatledger/internal/money"
)

func (t tongue) subscriptionsOf(account string) list {
	return list{op: "list subscriptions of " + account, path: fill(t.paths.Subscriptions, account),
		noun: "subscriptions", key: t.subscriptionKey, unlike: true}
}

func (t tongue) subscriptionKey(raw json.RawMessage) string {
	r, ok := t.subscription.NewRecord(raw)
	if !ok {
		return ""
	}
	id, _ := subscriptionIDOf(r) // an unreadable id tells nothing apart
	return id
}

// subscriptionIDOf makes the id of contract and line when the record gives only those.
func subscriptionIDOf(r *lenient.Record) (string, error) {
	id, err := r.ID(subscriptionID)
	if err == nil {
		return id, nil
	}
	contract, noContract := r.ID(contractNo)
	line, noLine := r.ID(lineNo)
	if noContract != nil || noLine != nil {
		return "", err
	}
	return contract + "_" + line, nil
}

// Subscriptions lists every subscription of one customer, of all vendors.
func (c *Connector) Subscriptions(ctx context.Context,
	accountExternalID string) (distributor.SubscriptionListing, error) {
	ctx, done := distributor.KeepRoom(ctx)
	defer done()
	r, why, err := c.readAll(ctx, c.tongue.subscriptionsOf(accountExternalID))
	if err != nil {
		return distributor.SubscriptionListing{}, err
	}
	out := distributor.SubscriptionListing{RequestID: r.requestID, Names: distributor.Names{}}
	out.Subscriptions = make([]distributor.Subscription, 0, len(r.rows)) // growing would take their room twice
	notes := noting{distributor.WatchOf(ctx), out.Names}
	for _, row := range r.rows {
		s, bad := c.tongue.readSubscription(row, accountExternalID, notes)
		if bad != nil {
			out.Bad = append(out.Bad, *bad)
			continue
		}
		out.Subscriptions = append(out.Subscriptions, s)
	}
	out.Why = orBad(why, out.Bad)
	out.Complete = out.Why == ""
	return out, nil
}

// noting is who is told of what was read; the zero value is nobody.
type noting struct {
	watch *distributor.Watch
	names distributor.Names
}

func (t tongue) readSubscription(row row, account string, notes noting) (distributor.Subscription,
	*distributor.BadRecord) {
	r, ok := t.subscription.NewRecord(row.raw)
	if !ok {
		return distributor.Subscription{},
			&distributor.BadRecord{Reason: "it is no record", Raw: lenient.Storable(row.raw)}
	}
	id, err := subscriptionIDOf(r)
	if err != nil {
		return distributor.Subscription{}, &distributor.BadRecord{Reason: err.Error(), Raw: r.Raw()}
	}
	seats, noSeats := r.Seats(quantity)
	s := distributor.Subscription{ExternalID: id, AccountExternalID: account, Quantity: seats}
	readProduct(r, &s)
	t.readRhythm(r, &s)
	readMoney(r, &s)
	s.Start, s.StartText = r.Date(startDate)
	s.End, s.EndText = r.Date(endDate)
	s.AutoRenew = distributor.YesNo(r.Flag(autoRenew))
	s.StatusText = r.Text(status)
	s.Status = t.words.Status(s.StatusText)
	s.Kind = t.words.Kind(vocabulary.Product{Name: s.ProductName, Part: s.PartNumber, Model: r.Text(billingModel),
		Frequency: s.Frequency, Term: s.Term})
	if noSeats != nil {
		if s.Kind != distributor.Usage || r.Text(quantity) != "" {
			return distributor.Subscription{}, &distributor.BadRecord{ExternalID: id, Reason: noSeats.Error(),
				Raw: r.Raw()}
		}
		s.QuantityUnknown = true // usage of unknown quantity is usage (RULES 3)
	}
	s.Raw, s.RequestID, s.Notes = r.Raw(), row.requestID, r.Notes()
	if named, err := r.ID(recordCustomer); err == nil && named != account {
		s.NamesAccount = named
		s.Notes = append(s.Notes, fmt.Sprintf("the record names customer %s, although %s was asked for", named,
			account))
	}
	if notes.names != nil {
		notes.names.Note(r.Hits(), r.Beside(subscriptionFields))
	}
	t.watched(notes.watch, r, s)
	return s, nil
}

// watched notes for the wire report what could be read of a record, and what could not.
func (t tongue) watched(watch *distributor.Watch, r *lenient.Record, s distributor.Subscription) {
	if watch == nil {
		return
	}
	watch.Record(distributor.SubscriptionRecord, r.Unread(t.known[distributor.SubscriptionRecord]), r.Hits())
	watch.Price(r.Text(unitCost))
	if s.Status == distributor.StatusUnknown {
		watch.Word("status", s.StatusText)
	}
	if s.Frequency == distributor.FreqUnknown && s.FrequencyText != "" {
		watch.Word("frequency", s.FrequencyText)
	}
	if s.Term == distributor.FreqUnknown && s.TermText != "" {
		watch.Word("term", s.TermText)
	}
}

func readProduct(r *lenient.Record, s *distributor.Subscription) {
	s.ContractNo, s.LineNo = r.Text(contractNo), r.Text(lineNo)
	s.VendorSubscriptionID = r.Text(vendorSubID)
	s.ProductName, s.PartNumber, s.SKU = r.Text(productName), r.Text(partNumber), r.Text(skuNo)
	s.Vendor, s.VendorDerived = vocabulary.Vendor(r.Text(vendor), s.PartNumber), r.Text(vendor) == ""
}

// readRhythm takes the term from its own field, else from the part number, else
// from the product's name: for many rows that is the only place.
func (t tongue) readRhythm(r *lenient.Record, s *distributor.Subscription) {
	s.FrequencyText = r.Text(billing)
	s.Frequency = t.words.Rhythm(s.FrequencyText)
	if s.FrequencyText == "" {
		s.Frequency, s.FrequencyText = vocabulary.FrequencyOfPart(s.PartNumber)
		s.FrequencyDerived = true
	}
	s.TermText = r.Text(term)
	if s.Term = t.words.Rhythm(s.TermText); s.Term != distributor.FreqUnknown {
		return
	}
	s.TermDerived = s.TermText == ""
	if term, word := vocabulary.TermOfPart(s.PartNumber); word != "" {
		s.Term, s.TermText = term, word
		return
	}
	if term, word := vocabulary.TermOfName(s.ProductName); word != "" {
		s.Term, s.TermText = term, word
	}
}

func readMoney(r *lenient.Record, s *distributor.Subscription) {
	s.UnitCost, s.SuggestedPrice = r.Amount(unitCost), r.Amount(suggestedPrice)
	s.CostPeriod = vocabulary.CostPeriod(s.Frequency)
	if code, ok := money.ParseCurrency(r.Text(currency)); ok {
		s.Currency = code
	}
}
