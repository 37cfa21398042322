package reconcile

import (
	"slices"

	"github.com/shopspring/decimal"
)

// added are the words for seats added within a cycle.
var added = map[string]bool{"addquantity": true, "add": true, "increase": true}

// wipe is an event that takes seats back, with what it charges anew.
type wipe struct {
	span
	seats decimal.Decimal // taken back
}

// findWipes finds the events that take seats back. Where nothing else is charged on their days, the seats that they
// take back were charged on another bill, such as a year paid at its beginning.
func (c *calendar) findWipes() {
	c.inWipe = make([]bool, len(c.g.charges))
	type key struct {
		span
		id, word string
		event    uint64
	}
	taken := map[key]decimal.Decimal{}
	of := func(p *priced) key { return key{p.span, p.id(), p.word, p.event} }
	for i := range c.g.charges {
		if p := &c.g.charges[i]; !p.once() && p.amount.Sign() < 0 && !p.takenBack && !p.second {
			taken[of(p)] = taken[of(p)].Sub(p.seats)
		}
	}
	if len(taken) == 0 {
		return
	}
	for i := range c.g.charges {
		p := &c.g.charges[i]
		_, c.inWipe[i] = taken[of(p)]
		c.inWipe[i] = c.inWipe[i] && !p.takenBack
	}
	for k, seats := range taken {
		c.wipes = append(c.wipes, wipe{k.span, seats})
	}
	slices.SortFunc(c.wipes, func(a, b wipe) int {
		if a.from != b.from {
			return int(a.from - b.from)
		}
		return a.seats.Cmp(b.seats)
	})
}

// wipedBefore is what the earliest event on these days takes back.
func (c *calendar) wipedBefore(s span) decimal.Decimal {
	for _, w := range c.wipes {
		if w.covers(s) {
			return w.seats
		}
	}
	return decimal.Zero
}
