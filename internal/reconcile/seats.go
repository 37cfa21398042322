package reconcile

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// stretch is days on which neither side changes.
type stretch struct {
	span
	charged, billed decimal.Decimal // seats
	onBill, here    bool            // a line covers the days, whatever it nets to
	cost            decimal.Decimal // of all charged seats, a day
	monthly         decimal.Decimal // of all charged seats, a month
	added           decimal.Decimal // seats charged as added in the cycle
	sale            decimal.Decimal // of all billed seats, a month
	priced          bool            // each billed line has a price a month
	bill, ours      string          // the lines
}

// stretches cuts the days of the group where a line of either side begins or ends.
func (g *group) stretches() []stretch {
	var cuts []day
	cut := func(s span) {
		if s = s.within(g.window); !s.empty() {
			cuts = append(cuts, s.from, s.to)
		}
	}
	for _, p := range g.charges {
		if !p.once() {
			cut(p.span)
		}
	}
	for _, b := range g.billed {
		if !b.once() {
			cut(b.span)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []stretch
	for i := 1; i < len(cuts); i++ {
		out = append(out, g.stretch(span{cuts[i-1], cuts[i]}))
	}
	return out
}

func (g *group) stretch(s span) stretch {
	out := stretch{span: s, priced: true}
	twice := decimal.Zero
	for _, p := range g.charges {
		if p.once() || !p.covers(s) {
			continue
		}
		out.onBill = true
		out.bill += p.line + " "
		out.cost = out.cost.Add(p.cost())
		out.monthly = out.monthly.Add(p.monthly().Mul(p.seats))
		if g.telco(p) {
			twice = twice.Add(p.seats)
			continue
		}
		out.charged = out.charged.Add(p.seats)
		if added[p.word] {
			out.added = out.added.Add(p.seats)
		}
	}
	for _, b := range g.billed {
		if b.once() || !b.covers(s) {
			continue
		}
		out.here = true
		out.ours += b.line + " "
		out.billed = out.billed.Add(b.seats)
		m, ok := b.monthly()
		out.priced = out.priced && ok
		out.sale = out.sale.Add(m.Mul(b.seats))
	}
	if out.billed.Equal(out.charged.Add(twice)) {
		out.charged = out.billed // two products under one subscription, and we bill both
	}
	return out
}

// added are the words for seats added within a cycle.
var added = map[string]bool{"addquantity": true, "add_quantity": true, "add": true, "increase": true}

// telco tells the second line of a product with calling minutes, which is charged beside the first for the same
// seats (recon.md 6, 17): its money counts, its seats are the same ones.
func (g *group) telco(p priced) bool {
	for _, q := range g.charges {
		if q.line == p.line && q.product == p.product {
			return false // the first of the two keeps the seats
		}
		if q.span == p.span && q.word == p.word && q.seats.Equal(p.seats) && q.id() != "" && q.id() == p.id() &&
			q.event == p.event && (q.part != p.part || q.product != p.product) {
			return true
		}
	}
	return false
}

// money is what so many of the charged seats cost on the days of the stretch, and in a month.
func (s stretch) money(seats decimal.Decimal) (once, month decimal.Decimal) {
	if s.charged.IsZero() {
		return decimal.Zero, decimal.Zero
	}
	once = s.cost.Mul(seats).Mul(decimal.NewFromInt(int64(s.days()))).DivRound(s.charged, precision)
	return once, s.monthly.Mul(seats).DivRound(s.charged, precision)
}

// checkSeats compares the seats of each day.
func (g *group) checkSeats() {
	all := g.stretches()
	for i, s := range all {
		apart := s.charged.Sub(s.billed)
		if apart.IsZero() {
			continue
		}
		kind := g.causeOf(all, i)
		if kind == "" {
			continue
		}
		f := finding{since: s.from, bill: s.bill, billed: s.ours, why: s.says()}
		if exact, ok := g.exactly(s.span, apart); ok {
			f.once = exact
			_, f.month = s.money(apart)
		} else if s.charged.IsZero() {
			f.once, f.month = g.nearest(s, apart)
		} else {
			f.once, f.month = s.money(apart)
		}
		g.find(kind, f)
	}
}

func (s stretch) says() string {
	return fmt.Sprintf("%s: %s charged, %s billed", s.span, seatsOf(s.charged), s.billed)
}

func seatsOf(n decimal.Decimal) string {
	if n.Equal(decimal.NewFromInt(1)) {
		return "1 seat"
	}
	return n.String() + " seats"
}

// causeOf says why the seats of a stretch differ; "" when its days stand on another bill.
func (g *group) causeOf(all []stretch, i int) Kind {
	s := all[i]
	switch {
	case !s.onBill:
		if g.onAnotherBill(s) {
			return ""
		}
		return Period
	case !s.here:
		if g.meetsBilled(s) {
			return Period
		}
		return NotBilledOn
	case s.charged.GreaterThan(s.billed) && (s.added.Equal(s.charged.Sub(s.billed)) || steppedUp(all, i)):
		return NotBilledOn
	}
	return Quantity
}

// onAnotherBill tells days that we billed before the first or after the last day that the bill charges: less than
// a cycle of them, or days that the whole bill does not reach, are the rest of another bill.
func (g *group) onAnotherBill(s stretch) bool {
	first, last, cycle := g.extent()
	switch {
	case s.to <= first:
		return s.from < g.charged.from || first-g.billedFrom() < cycle
	case s.from >= last:
		return s.to > g.charged.to || g.billedTo()-last < cycle
	}
	return false
}

// extent is the first and the last day that the group's lines charge, and the days of its longest line.
func (g *group) extent() (first, last, cycle day) {
	for _, p := range g.charges {
		if p.once() {
			continue
		}
		if cycle == 0 || p.from < first {
			first = p.from
		}
		last, cycle = max(last, p.to), max(cycle, day(p.days()))
	}
	return first, last, cycle
}

func (g *group) billedFrom() day {
	from := g.window.to
	for _, b := range g.billed {
		if !b.once() {
			from = min(from, b.from)
		}
	}
	return from
}

func (g *group) billedTo() day {
	to := g.window.from
	for _, b := range g.billed {
		if !b.once() {
			to = max(to, b.to)
		}
	}
	return to
}

// meetsBilled tells whether a line of the bill on these days has a line of ours on some of its other days: then we
// billed the same seats for another time, else not at all.
func (g *group) meetsBilled(s stretch) bool {
	for _, p := range g.charges {
		if p.once() || !p.covers(s.span) {
			continue
		}
		for _, b := range g.billed {
			if !b.once() && b.meets(p.span) {
				return true
			}
		}
	}
	return false
}

// steppedUp tells whether what we lack was added on some day and was not there before: until then both agreed.
func steppedUp(all []stretch, i int) bool {
	for ; i > 0; i-- {
		before := all[i-1]
		if before.to != all[i].from || !before.onBill || !before.here {
			return false
		}
		if before.charged.Equal(before.billed) {
			return before.charged.LessThan(all[i].charged)
		}
	}
	return false
}

// exactly is the money of lines that charge just these days and just these seats: the bill's own cents.
func (g *group) exactly(s span, seats decimal.Decimal) (decimal.Decimal, bool) {
	sum, n := decimal.Zero, decimal.Zero
	for _, p := range g.charges {
		if !p.once() && p.span == s {
			sum = sum.Add(p.amount)
			if !g.telco(p) {
				n = n.Add(p.seats)
			}
		}
	}
	return sum, n.Equal(seats) && !n.IsZero()
}

// nearest is the money of days that the bill does not have, at what the seats cost on the nearest that it has.
func (g *group) nearest(s stretch, seats decimal.Decimal) (once, month decimal.Decimal) {
	var best *priced
	for i := range g.charges {
		p := &g.charges[i]
		if p.once() || p.seats.Sign() <= 0 {
			continue
		}
		if best == nil || distance(p.span, s.span) < distance(best.span, s.span) {
			best = p
		}
	}
	if best == nil {
		return decimal.Zero, decimal.Zero
	}
	a := best.cost().DivRound(best.seats, precision)
	return a.Mul(seats).Mul(decimal.NewFromInt(int64(s.days()))), best.monthly().Mul(seats)
}

func distance(a, b span) day {
	return max(0, a.from-b.to, b.from-a.to)
}
