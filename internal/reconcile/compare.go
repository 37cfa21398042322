package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// Result is what a comparison found, and how much it could compare.
type Result struct {
	Differences []Difference
	Charges     int // lines of the bill
	Compared    int // of them, on days that we billed at all
	Billed      int

	billTwice, billedTwice bool // the whole file stood in it twice
}

// compare compares all lines of both sides. The order of neither matters.
func compare(ctx context.Context, words *pool, cs []keptCharge, bs []keptBilled, tolerance decimal.Decimal) (Result,
	error,
) {
	f := frame{all: daysOf(bs, func(b *keptBilled) span { return b.span }),
		charged: daysOf(cs, func(c *keptCharge) span { return c.span })}
	if !f.all.meets(f.charged) {
		return Result{Charges: len(cs), Billed: len(bs)}, fmt.Errorf(
			"the bill is about %s, and what was billed about %s: no day could be compared", f.charged, f.all)
	}
	return f.compare(ctx, words, cs, bs, tolerance)
}

// frame is what days are compared.
type frame struct {
	all       span               // where nothing else is said of a subscription or a customer
	charged   span               // that the bill is about
	own       map[word]span      // of a subscription, or of a customer
	claimed   map[word][]span    // that other bills charge
	cycles    map[word]cycles    // in which the distributor charges, where they are known
	costs     map[word]cycleCost // of those that the bill lacks
	uncovered func(line string)  // told of each line that could not be compared
}

// of is what days of a line can be compared.
func (f *frame) of(p *pool, id, customer word) span {
	for _, w := range []word{p.id(id), customer} {
		if s, said := f.own[w]; said && w != 0 {
			return s
		}
	}
	return f.all
}

// group prepares a group for its checks.
func (f *frame) group(p *pool, cs []charge, bs []billed) *group {
	var id, customer string
	if len(cs) > 0 {
		id, customer = cs[0].id(), cs[0].customer
	}
	if len(bs) > 0 {
		id, customer = bs[0].id, bs[0].customer
	}
	key := p.id(p.keep(id))
	g := newGroup(cs, bs, f.of(p, key, p.keep(customer)))
	g.charged = f.charged
	claimed := joined(f.claimed[key])
	g.claimed = claimed
	if c, known := f.cycles[key]; known {
		g.isDue(c, claimed)
		cost := f.costs[key]
		g.due.cost, g.due.currency = cost.cost.decimal(), p.text(cost.currency)
	}
	if !g.due.known && len(claimed) > 0 {
		own := make([]span, 0, len(cs))
		for _, c := range cs {
			own = append(own, c.span)
		}
		g.aside = besides(claimed, joined(own))
	}
	if len(g.aside) > 0 {
		g.billed = slices.DeleteFunc(g.billed, func(b billed) bool {
			return !b.once() && slices.ContainsFunc(g.aside, func(s span) bool { return s.covers(b.span) })
		})
	}
	return g
}

// besides is what is left of spans beside others; both in order, and none of one side meets another of it.
func besides(spans, others []span) (out []span) {
	for _, s := range spans {
		for _, o := range others {
			if !o.meets(s) {
				continue
			}
			if s.from < o.from {
				out = append(out, span{s.from, o.from})
			}
			s.from = o.to
		}
		if !s.empty() {
			out = append(out, s)
		}
	}
	return out
}

func (f *frame) compare(ctx context.Context, words *pool, cs []keptCharge, bs []keptBilled,
	tolerance decimal.Decimal,
) (Result, error) {
	r := Result{Charges: len(cs), Billed: len(bs)}
	for i := range cs {
		c := &cs[i]
		covered := !c.credit && c.span.in(f.of(words, cmp.Or(c.ids[0], c.ids[1]), c.customer))
		if covered {
			r.Compared++
		} else if f.uncovered != nil {
			f.uncovered(words.text(c.line))
		}
	}
	cs = cs[:setApart(cs, func(c *keptCharge) bool { return !c.credit })]
	words.match(cs, bs)
	err := words.each(ctx, cs, bs, func(cs []charge, bs []billed) error {
		g := f.group(words, cs, bs)
		g.tolerance = tolerance
		err := g.check(ctx)
		r.Differences = append(r.Differences, g.differences()...)
		return err
	})
	slices.SortFunc(r.Differences, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Subscription, b.Subscription),
			cmp.Compare(a.Part, b.Part), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Currency, b.Currency),
			slices.Compare(a.BillLines, b.BillLines), slices.Compare(a.BilledLines, b.BilledLines))
	})
	return r, err
}

// setApart brings what is not wanted behind what is, and says how much is wanted.
func setApart[L any](all []L, wanted func(*L) bool) (n int) {
	for i := range all {
		if wanted(&all[i]) {
			all[n], all[i] = all[i], all[n]
			n++
		}
	}
	return n
}

// check looks for each cause in turn; what explains a line takes it out of what follows.
func (g *group) check(ctx context.Context) (err error) {
	if g.charges, err = price(ctx, g.lines, g.tolerance); err != nil {
		return err
	}
	g.checkPrices()
	switch {
	case len(g.charges) == 0:
		g.onlyHere()
		return nil
	case len(g.billed) == 0:
		g.onlyOnBill()
		return nil
	}
	g.checkCurrency()
	if len(g.charges) == 0 {
		return nil
	}
	mark(g.charges)
	g.leaveToOthers()
	g.checkDoubles()
	g.checkTwoPrices()
	if g.onlyUsage() {
		g.checkUsage()
		return nil
	}
	days := g.calendar()
	days.checkSeats()
	days.checkCost()
	g.checkOnce()
	return ctx.Err()
}

// onlyOnBill is a subscription that we bill nothing for. A line counts whole where a part of its days is compared,
// and with it what the bill gives back or adds on its other days.
func (g *group) onlyOnBill() {
	spans := make([]span, 0, len(g.charges))
	for _, p := range g.charges {
		spans = append(spans, p.span)
	}
	all := slices.Concat(g.lines, within(g.beside, spans))
	by := map[string]*finding{}
	for _, c := range all {
		f := by[c.currency]
		if f == nil {
			f = &finding{why: "Charged and on no invoice", since: c.from, currency: c.currency}
			by[c.currency] = f
		}
		f.once = f.once.Add(c.amount)
		f.bill = append(f.bill, c.line)
		f.since = min(f.since, c.from)
	}
	for currency, f := range by {
		month, seats := g.lastMonth(currency)
		if f.once.IsZero() || seats.IsZero() && !g.anyOnce() && f.once.Abs().LessThanOrEqual(g.largestAllowed()) {
			continue // a trial, or bought and cancelled at once: nothing was charged in the end
		}
		f.month = month
		g.find(OnlyOnBill, *f)
	}
}

// within are the lines that lie on the days of one of the spans.
func within(cs []charge, spans []span) (out []charge) {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(int(a.from-b.from), int(b.to-a.to)) })
	furthest := day(0) // of the spans that begin no later than the line
	cs = slices.Clone(cs)
	slices.SortFunc(cs, inOrder)
	for _, c := range cs {
		for len(spans) > 0 && spans[0].from <= c.from {
			furthest, spans = max(furthest, spans[0].to), spans[1:]
		}
		if !c.empty() && c.to <= furthest {
			out = append(out, c)
		}
	}
	return out
}

func (g *group) anyOnce() bool {
	return slices.ContainsFunc(g.charges, func(p priced) bool { return p.once() })
}

func (g *group) largestAllowed() decimal.Decimal {
	most := decimal.Zero
	for _, p := range g.charges {
		most = decimal.Max(most, allowed(g.tolerance, p.seats))
	}
	return most
}

// lastMonth is what the seats of the last compared day cost a month, and how many they are.
func (g *group) lastMonth(currency string) (month, seats decimal.Decimal) {
	last := day(0)
	for _, p := range g.charges {
		if !p.once() && p.currency == currency {
			last = max(last, min(p.to, g.window.to))
		}
	}
	for _, p := range g.charges {
		if !p.once() && p.currency == currency && p.from < last && p.to >= last {
			month, seats = month.Add(p.monthly().Mul(p.seats)), seats.Add(p.seats)
		}
	}
	return month, seats
}

// onlyHere is a subscription that the bill does not have, on days that it is about. What other bills charge of them
// is
// compared with those.
func (g *group) onlyHere() {
	for _, cycle := range g.due.cycles {
		g.lacking(cycle)
	}
	last := map[string]day{}
	whole := func(b billed) bool { return b.span.in(g.charged) && (b.once() || !g.due.known) }
	for _, b := range g.billed {
		if whole(b) {
			last[b.currency] = max(last[b.currency], b.to)
		}
	}
	for _, b := range g.billed {
		if !whole(b) {
			continue
		}
		days := besides([]span{b.span}, g.aside)
		if b.once() {
			days = nil
		}
		f := finding{once: b.amount.Neg(), since: b.from, ours: []string{b.line}, why: "Billed and not on the bill",
			currency: b.currency}
		if n := daysIn(days); n > 0 && n < b.days() {
			f.since = days[0].from
			f.once = share{int64(n), int64(b.days())}.times(f.once)
		}
		g.find(OnlyHere, f)
		if m, ok := b.monthly(); ok && b.to == last[b.currency] {
			t := g.found[cause{OnlyHere, b.currency}]
			t.month = t.month.Sub(m.Mul(b.seats))
		}
	}
}

// checkCurrency takes out lines in a currency that we do not bill the subscription in.
func (g *group) checkCurrency() {
	ours := map[string]bool{}
	for _, b := range g.billed {
		ours[b.currency] = true
	}
	g.charges = slices.DeleteFunc(g.charges, func(p priced) bool {
		if ours[p.currency] {
			return false
		}
		g.find(Currency, finding{once: p.amount, month: p.aMonth(p.amount), since: p.from, bill: []string{p.line},
			currency: p.currency, why: "Charged in " + p.currency + ", billed in " + g.billed[0].currency})
		if !p.once() {
			g.aside, g.abroad = append(g.aside, p.span), append(g.abroad, p.span)
		}
		return true
	})
	g.nameBilled()
}

// nameBilled adds our lines on the days of those in another currency.
func (g *group) nameBilled() {
	for c, t := range g.found {
		if c.kind != Currency {
			continue
		}
		meets := meeting(joined(g.abroad))
		for _, b := range g.billed {
			if !b.once() && meets(b.span) {
				t.ours = append(t.ours, b.line)
			}
		}
		if len(t.ours) == 0 {
			for _, b := range g.billed {
				t.ours = append(t.ours, b.line)
			}
		}
	}
}

// joined are spans as few as they can be, in order, none of which meets another.
func joined(spans []span) (out []span) {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b span) int { return int(a.from - b.from) })
	for _, s := range spans {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// checkCost finds seats that we bill for less than they cost.
func (c *calendar) checkCost() {
	for i, s := range c.all {
		both := decimal.Min(s.charged.Add(s.implied), s.billed)
		if both.Sign() <= 0 || !s.priced() || s.monthly.Sign() <= 0 || s.charged.Sign() <= 0 || s.aside > 0 {
			continue
		}
		// Both in thirty-sixths of a month, and multiplied rather than divided: mostly nothing is lost.
		if s.sale.Mul(s.charged).GreaterThanOrEqual(s.monthly.Mul(s.billed)) {
			continue
		}
		cost, sale := s.monthly.DivRound(s.charged.Mul(thirtySix), precision),
			s.sale.DivRound(s.billed.Mul(thirtySix),
				precision)
		lost := cost.Sub(sale)
		if lost.LessThanOrEqual(c.g.tolerance) {
			continue
		}
		once := c.costOn(i).Mul(both).DivRound(s.charged, precision)
		c.g.find(BilledBelowCost, finding{once: once.Mul(lost).DivRound(cost, precision), month: lost.Mul(both),
			since: s.from, days: s.span, currency: s.currency,
			why: "Costs " + cost.Round(4).String() + " a month, billed at " + sale.Round(4).String()})
	}
}

// daysOf is from the first day of any line to the last.
func daysOf[L any](lines []L, of func(*L) span) (out span) {
	for i := range lines {
		s := of(&lines[i])
		if s.empty() {
			s.to = s.from + 1
		}
		if i == 0 {
			out = s
		}
		out = span{min(out.from, s.from), max(out.to, s.to)}
	}
	return out
}

// daysIn is how many days spans have in all.
func daysIn(spans []span) (n int) {
	for _, s := range spans {
		n += s.days()
	}
	return n
}

// in tells whether a line has a day in common with the days, or lies on one of them.
func (s span) in(days span) bool {
	if s.empty() {
		return s.from >= days.from && s.from < days.to
	}
	return s.meets(days)
}
