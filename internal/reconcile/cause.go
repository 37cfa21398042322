package reconcile

import "github.com/shopspring/decimal"

// apart is how many more seats are charged than billed.
func (s stretch) apart() decimal.Decimal {
	least := s.charged.Add(s.implied)
	most := least.Add(s.free)
	switch {
	case s.aside > 0:
		return decimal.Zero
	case s.billed.LessThan(least):
		return least.Sub(s.billed)
	case s.billed.GreaterThan(most):
		return most.Sub(s.billed)
	}
	return decimal.Zero
}

// causeOf says why the seats of a stretch differ; "" when they do not, or when its days stand on another bill.
func (c *calendar) causeOf(i int) Kind {
	s := &c.all[i]
	apart := s.apart()
	switch {
	case apart.IsZero():
		return ""
	case s.onBill == 0:
		if c.onAnotherBill(s.span) {
			return ""
		}
		return Period
	case s.here == 0:
		gap := c.gap(i, func(s *stretch) bool { return s.here == 0 })
		if wholeMonths(gap) == 0 && c.meetsBilled(i, gap) {
			return Period
		}
		return NotBilledOn
	case apart.Sign() > 0 && (s.added.Equal(apart) || c.steppedUp(i)):
		return NotBilledOn
	}
	return Quantity
}

// gap is the days around a stretch that lack the same.
func (c *calendar) gap(i int, lacks func(*stretch) bool) span {
	from, to := i, i
	for from > 0 && lacks(&c.all[from-1]) {
		from--
	}
	for to+1 < len(c.all) && lacks(&c.all[to+1]) {
		to++
	}
	return span{c.all[from].from, c.all[to].to}
}

// onAnotherBill tells days that we billed before the first or after the last day that the bill charges: less than
// a cycle of them, or days that the whole bill does not reach, are the rest of another bill.
func (c *calendar) onAnotherBill(s span) bool {
	switch {
	case c.g.due.known:
		return false // all days but those of its own cycles are set aside
	case s.to <= c.first:
		return s.from < c.g.charged.from || c.first.months(-c.months) < c.from
	case s.from >= c.last:
		return s.to > c.g.charged.to || c.last.months(c.months) > c.to
	}
	return false
}

// meetsBilled tells whether a line of the bill on these days reaches beyond the days that we did not bill, where we
// billed it: then we billed the same seats for another time, else not at all.
func (c *calendar) meetsBilled(i int, gap span) bool {
	for _, p := range c.g.charges {
		if !p.once() && p.covers(c.all[i].span) && (p.from < gap.from && c.all[0].from < gap.from ||
			p.to > gap.to && c.all[len(c.all)-1].to > gap.to) {
			return true
		}
	}
	return false
}

// steppedUp tells whether what we lack was added on some day by an event of its own: until then both agreed.
func (c *calendar) steppedUp(i int) bool {
	event := false
	for ; i > 0; i-- {
		now, before := &c.all[i], &c.all[i-1]
		event = event || now.added.Sign() > 0
		if before.to != now.from || before.onBill == 0 || before.here == 0 {
			return false
		}
		if before.apart().IsZero() {
			return event
		}
	}
	return false
}
