package reconcile

import "github.com/shopspring/decimal"

// exact is the days that lines charge, and the event that ties them; 0: all lines of these days.
type exact struct {
	span
	event uint64
}

// exactly is the money and the seats of lines that charge the same days.
type exactly struct{ money, seats decimal.Decimal }

// charges adds a line to those of just its days.
func (c *calendar) charges(of exact, p *priced) {
	e := c.same[of]
	if e == nil {
		e = &exactly{}
		c.same[of] = e
		if of.event != 0 {
			c.events[of.span] = append(c.events[of.span], of.event)
		}
	}
	e.money = e.money.Add(p.money())
	if !p.second && !p.free() {
		e.seats = e.seats.Add(p.seats)
	}
}

// ownCents is what the bill itself charges for seats on days, where its lines there, or those of one event, are just
// these seats.
func (c *calendar) ownCents(days span, seats decimal.Decimal) (decimal.Decimal, bool) {
	if e := c.same[exact{span: days}]; e != nil && e.seats.Equal(seats) {
		return e.money, true
	}
	for _, event := range c.events[days] {
		if e := c.same[exact{days, event}]; e.seats.Equal(seats) {
			return e.money, true
		}
	}
	return decimal.Zero, false
}

// money is what the seats of a stretch that one side lacks cost on its days, and in a month.
func (c *calendar) money(i int) (once, month decimal.Decimal) {
	s := &c.all[i]
	apart := s.apart()
	if s.charged.IsZero() {
		once, month = c.nearest(i, apart)
	} else {
		month = s.monthly.Mul(apart).DivRound(s.charged.Mul(thirtySix), precision)
	}
	if own, said := c.ownCents(s.span, apart); said {
		return own, month
	}
	if !s.charged.IsZero() {
		once = c.costOn(i).Mul(apart).DivRound(s.charged, precision)
	}
	return once, month
}

// costOn is what all charged seats cost on the days of a stretch.
func (c *calendar) costOn(i int) decimal.Decimal {
	if c.costs == nil {
		c.reckonCosts()
	}
	return c.costs[i].Mul(decimal.NewFromInt(int64(c.all[i].days())))
}

func (c *calendar) reckonCosts() {
	c.costs = make([]decimal.Decimal, len(c.all)+1)
	for i := range c.g.charges {
		p := &c.g.charges[i]
		if p.once() {
			continue
		}
		pieces := p.pieces()
		part := p.money().DivRound(decimal.NewFromInt(int64(len(pieces))), precision)
		for _, piece := range pieces {
			within := piece.within(c.g.window)
			if within.empty() {
				continue
			}
			aDay := part.DivRound(decimal.NewFromInt(int64(piece.days())), precision)
			plus(&c.costs[c.at(within.from)], aDay, 1)
			plus(&c.costs[c.at(within.to)], aDay, -1)
		}
	}
	for i := 1; i < len(c.costs); i++ {
		c.costs[i] = c.costs[i].Add(c.costs[i-1])
	}
}

// nearest is the money of days on which the bill charges no seats in the end, at what they cost on the nearest that
// it has.
func (c *calendar) nearest(i int, seats decimal.Decimal) (once, month decimal.Decimal) {
	s := &c.all[i]
	var best *priced
	for j := range c.g.charges {
		p := &c.g.charges[j]
		if p.once() || p.seats.Sign() <= 0 || p.free() || p.second {
			continue
		}
		if best == nil || distance(p.span, s.span) < distance(best.span, s.span) {
			best = p
		}
	}
	if best == nil {
		return decimal.Zero, decimal.Zero
	}
	month = best.perMonth(best.cents()).Mul(seats)
	if best.covers(s.span) {
		return best.costOf(s.span).Mul(seats).DivRound(best.seats, precision), month
	}
	if c.g.due.known {
		return best.missing(s.span, c.g.due.cycles).Mul(seats), month
	}
	gap := c.gap(i, func(s *stretch) bool { return s.onBill == 0 && s.aside == 0 })
	return best.missing(s.span, c.cyclesIn(gap, best.monthsPriced())).Mul(seats), month
}

// cyclesIn are the cycles that days without a charge would have: from the line before them on, or back from the line
// after them.
func (c *calendar) cyclesIn(gap span, months int) (out []span) {
	near := func(a, b day) bool { return a-b <= 3 && b-a <= 3 } // cycles of days 29 to 31 are dated by the bill
	if gap.from > c.all[0].from {
		for n := 0; ; n++ {
			cycle := span{gap.from.months(n * months), gap.from.months((n + 1) * months)}
			if near(cycle.to, gap.to) {
				cycle.to = gap.to
			}
			if out = append(out, cycle); cycle.to >= gap.to {
				return out
			}
		}
	}
	for n := 0; ; n++ {
		cycle := span{gap.to.months(-(n + 1) * months), gap.to.months(-n * months)}
		if out = append(out, cycle); cycle.from <= gap.from {
			return out
		}
	}
}

func distance(a, b span) day {
	return max(0, a.from-b.to, b.from-a.to)
}
