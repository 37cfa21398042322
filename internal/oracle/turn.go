package oracle

import (
	"math/big"
	"slices"
)

// turn is what a cut-over makes of a subscription (RULES 9).
type turn struct {
	from   Day           // the first day of a new one; zero: its own
	until  Day           // the first day that an old one gives away; zero: none
	heir   *Subscription // to which those days go; nil: to nobody
	source *Subscription // of a new one: the old one whose days it took
	seen   []change      // of prices, acknowledged by a person

	brought []*PriceRow // by the confirmation
	copies  []*Row      // by reassigning, with the row of what differs
	prices  []*PriceRow
	aside   []*Row // own rows whose place they take
	dropped []*PriceRow
	held    int // seats of an old one before it was closed
}

// change is a price over the switch, before and after.
type change struct{ was, is *big.Rat }

// heir is who has the days from the switch day on.
func (s *Subscription) heir() *Subscription { return s.turn.heir }

// givenAway is the first day whose lines stand on the heir.
func (s *Subscription) givenAway() Day {
	if s.heir() == nil {
		return Never
	}
	return s.heir().FirstDay()
}

// has tells whether a day is a subscription's own: not from the switch day on, where it has an heir.
func (s *Subscription) has(d Day) bool { return d < s.givenAway() }

// standing are the lines that stand for a day: from a new one's first billable day on
// what was taken for the old one is paid on the new one, in its place (RULES 9).
func (s *Subscription) standing(d Day) []*record {
	var out []*record
	take := func(all []*record) {
		for _, r := range all {
			if r.standing {
				out = append(out, r)
			}
		}
	}
	if d < s.givenAway() {
		take(s.paid)
	}
	if s.turn.source != nil && d >= s.FirstDay() {
		take(s.turn.source.paid)
	}
	return out
}

// divided is the money of a line on both sides of the switch: the old one keeps the rounded
// worth of its days, the rest goes over.
func (s *Subscription) divided(r *record) (kept, gone *big.Rat) {
	on := s.givenAway()
	first := r.last
	for d := range r.worth {
		first = min(first, d)
	}
	for d := range r.seats {
		first = min(first, d)
	}
	switch {
	case !r.standing || r.last <= on:
		return r.amount, new(big.Rat)
	case first >= on:
		return new(big.Rat), r.amount
	}
	kept = new(big.Rat)
	for d, w := range r.worth {
		if d < on {
			kept.Add(kept, w)
		}
	}
	kept = Rounded(kept, r.contract.Places)
	return kept, new(big.Rat).Sub(r.amount, kept)
}

// inherited is what of the old one's live lines stands on a new one.
func (s *Subscription) inherited(c *Contract) *big.Rat {
	sum := new(big.Rat)
	if s.turn.source == nil || s.contractOn(s.FirstDay()) != c {
		return sum
	}
	for _, r := range s.turn.source.paid {
		if r.standing && !r.again {
			_, gone := s.turn.source.divided(r)
			sum.Add(sum, gone)
		}
	}
	return sum
}

// Twin confirms that an old one goes on as a new one from a day on. A price that a person
// set goes over, any other where the contract that both share has none.
func (m *Model) Twin(old, fresh *Subscription, on Day) {
	m.next()
	old.turn.until, old.turn.heir = on, fresh
	fresh.turn.from, fresh.turn.source = on, old
	first := fresh.FirstDay()
	was, is := old.priceRow(on-1), fresh.priceRow(first)
	switch {
	case was == nil || was.Currency != fresh.contractOn(first).Currency:
	case is != nil && (is.Person || is.PerMonth.Cmp(was.PerMonth) == 0):
	case was.Person || is == nil && old.Now() == fresh.Now():
		p := &PriceRow{Place: m.next(), On: first, PerMonth: was.PerMonth, Currency: was.Currency, Person: was.Person}
		fresh.Prices = append(fresh.Prices, p)
		fresh.turn.brought = append(fresh.turn.brought, p)
	}
}

// Leaves confirms that an old one ends on a day without a twin, and without refund.
func (m *Model) Leaves(old *Subscription, on Day) { m.End(old, on, false); old.turn.until = on }

// Joins confirms that a new one has no twin; its first day is a switch day.
func (m *Model) Joins(fresh *Subscription, on Day) { m.next(); fresh.turn.from = on }

// Undo takes a confirmation back.
func (m *Model) Undo(s *Subscription) {
	m.next()
	for _, p := range s.turn.brought {
		p.Aside = true
	}
	if s.turn.until != 0 && s.heir() == nil {
		m.End(s, Never, false)
	}
	s.turn = turn{seen: s.turn.seen}
}

// Reassign writes copies of an old one's rows on the new one, in their origin's place,
// and sets its own up to the switch day aside. What the seats differ by is a row of that
// day; the new one's own price holds from it.
func (m *Model) Reassign(fresh *Subscription) {
	old, on := fresh.turn.source, fresh.turn.from
	first := fresh.FirstDay()
	own, price := fresh.SeatsOn(Never-1), fresh.priceRow(first)
	t := &fresh.turn
	m.next()
	for _, r := range fresh.Rows {
		if !r.Aside && r.On <= on {
			r.Aside = true
			t.aside = append(t.aside, r)
		}
	}
	again := map[*Row]*Row{}
	for _, r := range old.Rows {
		if r.Aside {
			continue
		}
		n := *r
		again[r] = &n
		t.copies = append(t.copies, &n)
	}
	for _, n := range again {
		if n.Absorber != nil {
			n.Absorber = again[n.Absorber]
		}
	}
	fresh.Rows = append(fresh.Rows, t.copies...)
	if delta := own - fresh.SeatsOn(Never-1); delta != 0 {
		r := &Row{Place: m.next(), On: on, Delta: delta, Refund: delta < 0 && fresh.Now().Refunds}
		r.Reached = fresh.SeatsOn(on) + delta
		fresh.Rows, t.copies = append(fresh.Rows, r), append(t.copies, r)
	}
	for _, p := range fresh.Prices {
		if !p.Aside && p.On <= on {
			p.Aside = true
			t.dropped = append(t.dropped, p)
		}
	}
	for _, p := range old.Prices {
		if !p.Aside {
			n := *p
			t.prices = append(t.prices, &n)
		}
	}
	fresh.Prices = append(fresh.Prices, t.prices...)
	if now := fresh.priceRow(on); price != nil && (now == nil || now.PerMonth.Cmp(price.PerMonth) != 0) {
		n := *price
		n.On, n.Place, n.Aside = on, m.next(), false
		fresh.Prices, t.prices = append(fresh.Prices, &n), append(t.prices, &n)
	}
}

// Return takes that back.
func (m *Model) Return(fresh *Subscription) {
	m.next()
	t := &fresh.turn
	for _, r := range t.copies {
		r.Aside = true
	}
	for _, p := range t.prices {
		p.Aside = true
	}
	for _, r := range t.aside {
		r.Aside = false
	}
	for _, p := range t.dropped {
		p.Aside = false
	}
	t.copies, t.prices, t.aside, t.dropped = nil, nil, nil, nil
}

// Close ends an old one on its switch day, without refund.
func (m *Model) Close(old *Subscription) {
	old.turn.held = old.SeatsOn(Never - 1)
	m.Seats(old, 0, old.turn.until, false)
}

// Reopen takes that back: the seats join again.
func (m *Model) Reopen(old *Subscription) {
	m.Seats(old, old.turn.held, old.turn.until, false)
}

// Waits tells whether a price that changed over the switch was not acknowledged yet: its
// line is left out until it is (RULES 9).
func (s *Subscription) Waits() bool {
	was, is := s.switchPrices()
	if was == nil || is != nil && is.Cmp(was) == 0 {
		return false
	}
	return is == nil || !slices.ContainsFunc(s.turn.seen, func(c change) bool {
		return c.was.Cmp(was) == 0 && c.is.Cmp(is) == 0
	})
}

// Acknowledge says that a price really changed over the switch.
func (s *Subscription) Acknowledge() {
	if was, is := s.switchPrices(); s.Waits() && is != nil {
		s.turn.seen = append(s.turn.seen, change{was, is})
	}
}

func (s *Subscription) switchPrices() (was, is *big.Rat) {
	if s.turn.source == nil {
		return nil, nil
	}
	return s.turn.source.PriceOn(s.turn.from - 1), s.PriceOn(s.turn.from)
}
