package stellrlegacy

import (
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/vocabulary"
)

// tongue is how records are read: our guesses and what a dialect corrects of them. The
// calls of this API have one path and a fixed sign-in, so a dialect has no say in those.
type tongue struct {
	customer, subscription lenient.Habits
	known                  map[string]lenient.Known
	words                  vocabulary.Words
}

func tongueOf(d distributor.Dialect) tongue {
	habits := func(record string) lenient.Habits {
		return lenient.Habits{Names: d.NamesOf(record), DateOrder: d.DateOrder, Doubles: d.Doubles}
	}
	t := tongue{customer: habits(distributor.CustomerRecord), subscription: habits(distributor.SubscriptionRecord),
		words: vocabulary.WordsOf(d)}
	t.known = map[string]lenient.Known{distributor.CustomerRecord: t.customer.Known(customerFields),
		distributor.SubscriptionRecord: t.subscription.Known(subscriptionFields)}
	return t
}

// Wire is what this connector reads.
func Wire() distributor.Wire {
	w := distributor.Wire{Reread: reread}
	for _, f := range customerFields {
		w.Fields = append(w.Fields, distributor.WireField{Key: distributor.CustomerRecord + "." + f[0], Names: f})
	}
	for _, f := range subscriptionFields {
		w.Fields = append(w.Fields, distributor.WireField{Key: distributor.SubscriptionRecord + "." + f[0], Names: f})
	}
	return w
}

func reread(d distributor.Dialect, account string, raw []byte) (distributor.Subscription, *distributor.BadRecord) {
	t := tongueOf(d)
	r, ok := t.subscription.NewRecord(raw)
	if !ok {
		return distributor.Subscription{}, &distributor.BadRecord{Reason: "it is no record", Raw: raw}
	}
	id, err := r.ID(subscriptionID)
	if err != nil {
		return distributor.Subscription{}, &distributor.BadRecord{Reason: err.Error(), Raw: raw}
	}
	seats, err := r.Seats(quantity)
	if err != nil {
		return distributor.Subscription{}, &distributor.BadRecord{ExternalID: id, Reason: err.Error(), Raw: raw}
	}
	s := distributor.Subscription{ExternalID: id, AccountExternalID: account, Quantity: seats}
	t.fill(r, &s)
	return s, nil
}

// watched notes for the wire report what could be read of a record, and what could not.
func (t tongue) watched(watch *distributor.Watch, r *lenient.Record, s distributor.Subscription) {
	if watch == nil {
		return
	}
	watch.Record(distributor.SubscriptionRecord, r.Unread(t.known[distributor.SubscriptionRecord]), r.Hits())
	watch.Price(r.Text(unitPrice))
	if s.Status == distributor.StatusUnknown {
		watch.Word("status", s.StatusText)
	}
	if s.Frequency == distributor.FreqUnknown && s.FrequencyText != "" {
		watch.Word("frequency", s.FrequencyText)
	}
}

var (
	customerFields = []lenient.Field{customerNo, customerName, customerDomain, tenantID, email, phone, street,
		city, state,
		postalCode, country, customerStatus}
	subscriptionFields = []lenient.Field{subscriptionID, vendorSubID, serviceName, partNumber, skuNo, quantity,
		unitPrice,
		msrp, currency, billing, term, status}
)
