package reconcile

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// calendar is the days of a group, cut where a line of either side begins or ends.
type calendar struct {
	g      *group
	all    []stretch
	costs  []decimal.Decimal // a day of each stretch; nil until asked for
	wipes  []wipe
	inWipe []bool             // by line
	same   map[exact]*exactly // what lines of just these days charge
	events map[span][]uint64  // on just these days
	first  day                // that the bill charges
	last   day                // the day after the last one
	months int                // the longest that a unit price is for
	from   day                // that we bill
	to     day
}

func (g *group) calendar() *calendar {
	c := &calendar{g: g}
	c.extent()
	c.findWipes()
	c.cut()
	if len(c.all) == 0 {
		return c
	}
	c.add()
	for i := range c.all {
		c.settle(&c.all[i])
	}
	return c
}

// extent finds the first and the last day that either side has.
func (c *calendar) extent() {
	c.same, c.events = map[exact]*exactly{}, map[span][]uint64{}
	c.from, c.to = c.g.window.to, c.g.window.from
	for i := range c.g.charges {
		p := &c.g.charges[i]
		if p.once() {
			continue
		}
		if c.last == 0 || p.from < c.first {
			c.first = p.from
		}
		c.last, c.months = max(c.last, p.to), max(c.months, p.monthsPriced())
		c.charges(exact{span: p.span}, p)
		if p.event != 0 {
			c.charges(exact{p.span, p.event}, p)
		}
	}
	for _, b := range c.g.billed {
		if !b.once() {
			c.from, c.to = min(c.from, b.from), max(c.to, b.to)
		}
	}
}

// checkSeats compares the seats of each day. Stretches that say the same are one finding.
func (c *calendar) checkSeats() {
	for i := 0; i < len(c.all); {
		kind := c.causeOf(i)
		if kind == "" {
			i++
			continue
		}
		s := c.all[i]
		f := finding{since: s.from, days: s.span, currency: s.currency}
		for first := i; i < len(c.all) && c.says(i, first) && c.causeOf(i) == kind; i++ {
			once, month := c.money(i)
			f.once, f.month, f.days.to = f.once.Add(once), month, c.all[i].to
		}
		if own, said := c.ownCents(f.days, s.apart()); said {
			f.once = own // though our invoices cut the days
		}
		f.why = fmt.Sprintf("%s: %s charged, %s billed", f.days, seatsOf(s.charged.Add(s.implied)), s.billed)
		c.g.find(kind, f)
	}
}

// says tells whether a stretch says the same as an earlier one before it.
func (c *calendar) says(i, first int) bool {
	a, b := &c.all[first], &c.all[i]
	return a.charged.Add(a.implied).Equal(b.charged.Add(b.implied)) && a.billed.Equal(b.billed) &&
		a.currency == b.currency
}

func seatsOf(n decimal.Decimal) string {
	if n.Equal(decimal.NewFromInt(1)) {
		return "1 seat"
	}
	return n.String() + " seats"
}
