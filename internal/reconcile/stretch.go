package reconcile

import (
	"slices"

	"github.com/shopspring/decimal"
)

// stretch is days on which neither side changes.
type stretch struct {
	span
	charged, billed decimal.Decimal // seats
	free            decimal.Decimal // seats of a trial: billed or not
	twice           decimal.Decimal // seats of second lines, which stand in charged already
	added           decimal.Decimal // seats charged as added in the cycle
	implied         decimal.Decimal // seats that a refund takes back and another bill charged
	monthly, sale   decimal.Decimal // of all seats, in thirty-sixths of a month
	onBill, here    int             // lines that cover the days, whatever they net to
	based, wiped    int             // of the bill's: lines that stand by themselves; that belong to a refund
	foreign, aside  int             // of the bill's: in another currency than the group's; not to be compared
	unpriced        int             // of ours: without a price a month
	abroad          int             // of ours: in another currency than the group's
	currency        string
}

var thirtySix = decimal.NewFromInt(36)

// priced tells whether what we bill can be held against the cost.
func (s stretch) priced() bool {
	return s.unpriced == 0 && (s.foreign == 0 && s.abroad == 0 || s.foreign == s.onBill && s.abroad == s.here)
}

// cut parts the days. A line of several months is cut where its months begin, for each of them costs the same.
func (c *calendar) cut() {
	var cuts []day
	cut := func(s span) {
		if s = s.within(c.g.window); !s.empty() {
			cuts = append(cuts, s.from, s.to)
		}
	}
	for i := range c.g.charges {
		if p := &c.g.charges[i]; !p.once() {
			for _, piece := range p.pieces() {
				cut(piece)
			}
		}
	}
	for _, s := range c.g.aside {
		cut(s)
	}
	for i := range c.g.billed {
		if b := &c.g.billed[i]; !b.once() {
			cut(b.span)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for i := 1; i < len(cuts); i++ {
		c.all = append(c.all, stretch{span: span{cuts[i-1], cuts[i]}})
	}
}

// at is the first stretch that does not begin before a day.
func (c *calendar) at(d day) int {
	i, _ := slices.BinarySearchFunc(c.all, d, func(s stretch, d day) int { return int(s.from - d) })
	return i
}

// sum is what changes on a day: it is added from there on.
type sum struct {
	charged, billed, free, twice, added, monthly, sale   decimal.Decimal
	onBill, here, based, wiped, foreign, aside, unpriced int
	abroad                                               int
}

// add fills the stretches: each line is added where it begins and taken off where it ends, so that a subscription
// with many lines takes no longer than many with few.
func (c *calendar) add() {
	sums := make([]sum, len(c.all)+1)
	on := func(s span, add func(at *sum, sign int)) {
		if s = s.within(c.g.window); !s.empty() {
			add(&sums[c.at(s.from)], 1)
			add(&sums[c.at(s.to)], -1)
		}
	}
	for i := range c.g.charges {
		if p := &c.g.charges[i]; !p.once() {
			on(p.span, c.charge(i, p))
		}
	}
	for _, s := range c.g.aside {
		on(s, func(at *sum, sign int) { at.aside += sign })
	}
	for i := range c.g.billed {
		if b := &c.g.billed[i]; !b.once() {
			on(b.span, c.billed(b))
		}
	}
	var now sum
	for i := range c.all {
		now.then(&sums[i])
		s := &c.all[i]
		s.charged, s.billed, s.free, s.twice, s.added = now.charged, now.billed, now.free, now.twice, now.added
		s.monthly, s.sale, s.onBill, s.here, s.based = now.monthly, now.sale, now.onBill, now.here, now.based
		s.wiped, s.foreign, s.aside, s.unpriced, s.abroad = now.wiped, now.foreign, now.aside, now.unpriced,
			now.abroad
	}
}

func (s *sum) then(t *sum) {
	s.charged, s.billed, s.free = s.charged.Add(t.charged), s.billed.Add(t.billed), s.free.Add(t.free)
	s.twice, s.added = s.twice.Add(t.twice), s.added.Add(t.added)
	s.monthly, s.sale = s.monthly.Add(t.monthly), s.sale.Add(t.sale)
	s.onBill, s.here, s.based, s.wiped = s.onBill+t.onBill, s.here+t.here, s.based+t.based, s.wiped+t.wiped
	s.foreign, s.aside, s.unpriced = s.foreign+t.foreign, s.aside+t.aside, s.unpriced+t.unpriced
	s.abroad += t.abroad
}

// plus adds or takes off.
func plus(to *decimal.Decimal, d decimal.Decimal, sign int) {
	if sign < 0 {
		d = d.Neg()
	}
	*to = to.Add(d)
}

func (c *calendar) charge(i int, p *priced) func(*sum, int) {
	monthly := p.thirtySixths().Mul(p.seats)
	return func(at *sum, sign int) {
		at.onBill += sign
		if p.currency != c.g.currency {
			at.foreign += sign
		}
		if c.inWipe[i] {
			at.wiped += sign
		} else if !p.takenBack {
			at.based += sign
		}
		switch {
		case p.free():
			plus(&at.free, p.seats.Abs(), sign)
			return
		case p.second:
			plus(&at.twice, p.seats, sign)
		default:
			plus(&at.charged, p.seats, sign)
			if added[p.word] {
				plus(&at.added, p.seats, sign)
			}
		}
		plus(&at.monthly, monthly, sign)
	}
}

func (c *calendar) billed(b *billed) func(*sum, int) {
	sale, ok := b.thirtySixths()
	sale = sale.Mul(b.seats)
	return func(at *sum, sign int) {
		at.here += sign
		if !ok {
			at.unpriced += sign
		}
		if b.currency != c.g.currency {
			at.abroad += sign
		}
		plus(&at.billed, b.seats, sign)
		plus(&at.sale, sale, sign)
	}
}

// settle says what the sums of a stretch come to.
func (c *calendar) settle(s *stretch) {
	s.currency = c.g.currency
	switch {
	case s.foreign > 0 && s.foreign < s.onBill:
		s.aside++ // two currencies on one day: neither can be held against our seats
	case s.foreign > 0:
		s.currency = c.g.otherCurrency()
	}
	if s.based == 0 && s.wiped > 0 {
		s.implied = c.wipedBefore(s.span)
	}
	if s.billed.Equal(s.charged.Add(s.implied).Add(s.twice)) {
		s.charged = s.billed.Sub(s.implied) // two products under one subscription, and we bill both
	}
}

func (g *group) otherCurrency() string {
	for _, p := range g.charges {
		if p.currency != g.currency {
			return p.currency
		}
	}
	return g.currency
}
