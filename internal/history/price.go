package history

import (
	"slices"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
)

// PriceOn is the price of a day (RULES 5): of the price rows effective by then for the
// product, term, rhythm and currency that the subscription has on it, the latest
// effective, and of those the last recorded. Nothing else is a price. False: the day has none.
func (h History) PriceOn(day clock.Date) (Row, bool) {
	var best Row
	found := false
	for _, r := range h.Rows {
		if r.Event != ledger.Price || r.On.After(day) || !h.agrees(r, day) {
			continue
		}
		if !found || r.On.After(best.On) || r.On == best.On && r.Seq > best.Seq {
			best, found = r, true
		}
	}
	return best, found
}

// PriceToday is the price that a page, a CSV, a review or a signature calls the price:
// that of today, before the first billable day that of that day.
func (h History) PriceToday(today clock.Date) (Row, bool) {
	return h.PriceOn(clock.Later(today, h.FirstDay()))
}

// ProductOn is what the subscription was on a day.
func (h History) ProductOn(day clock.Date) ProductFrom {
	var last ProductFrom
	for _, p := range h.Products {
		if !p.On.After(day) {
			last = p
		}
	}
	return last
}

// ProductChanges tells whether rows say that it became another product.
func (h History) ProductChanges() bool {
	return slices.ContainsFunc(h.Products, func(p ProductFrom) bool { return !p.On.IsZero() })
}

// Same tells whether both are the same product, kind, term and rhythm, whenever they hold.
func (p ProductFrom) Same(o ProductFrom) bool {
	o.On = p.On
	return p == o
}

// agrees tells whether a price row is a price of a day; outside of a contract no day has one. Price 0 is one only for
// a trial, and where a person typed it.
func (h History) agrees(r Row, day clock.Date) bool {
	p, is := r.Price, h.ProductOn(day)
	k, inContract := h.Terms[h.ContractOn(day)]
	trial := is.Kind == string(distributor.Trial)
	switch {
	case !p.Value.Valid || !inContract || p.Currency != k.Currency:
		return false
	case p.Value.Decimal.IsZero() && !trial && !p.ByPerson:
		return false
	case p.Product.Valid && is.ID.Valid && p.Product != is.ID:
		return false
	case trial && p.Term == string(distributor.FreqTrial):
		return true
	}
	return same(p.Term, is.Term) && same(p.Rhythm, is.Rhythm)
}

// same lets what is unknown agree with anything.
func same(a, b string) bool {
	return a == b || unknown(a) || unknown(b)
}

func unknown(word string) bool { return word == "" || word == string(distributor.FreqUnknown) }
