package reconcile

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"
)

// Result is what a comparison found, and how much it could compare.
type Result struct {
	Differences []Difference
	Charges     int // lines of the bill
	Compared    int // of them, on days that we billed at all
	Billed      int
}

// compare compares all lines of both sides. The order of neither matters.
func compare(cs []keptCharge, bs []keptBilled, tolerance decimal.Decimal) Result {
	window, charged := daysOf(bs), daysOf(cs)
	r := Result{Charges: len(cs), Billed: len(bs)}
	cs = slices.DeleteFunc(cs, func(c keptCharge) bool { return !c.in(window) || c.credit() })
	r.Compared = len(cs)
	match(cs, bs)
	each(cs, bs, func(cs []charge, bs []billed) {
		g := newGroup(cs, bs)
		g.tolerance, g.window, g.charged = tolerance, window, charged
		g.check()
		r.Differences = append(r.Differences, g.differences()...)
	})
	slices.SortFunc(r.Differences, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Subscription, b.Subscription),
			cmp.Compare(a.Part, b.Part), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Currency, b.Currency))
	})
	return r
}

// differences are what was found, without those that come to nothing.
func (g *group) differences() (out []Difference) {
	for kind, by := range g.found {
		for _, t := range by {
			d := g.difference(kind, t)
			if !d.Once.IsZero() || !d.Month.IsZero() || seatsDiffer[kind] {
				out = append(out, d)
			}
		}
	}
	return out
}

// seatsDiffer are the causes that stand without money too: a tolerance excuses no seats, days or currency.
var seatsDiffer = map[Kind]bool{Quantity: true, Period: true, NotBilledOn: true, Currency: true}

func newGroup(cs []charge, bs []billed) *group {
	g := &group{lines: cs, billed: bs}
	for _, c := range cs {
		g.currency = cmp.Or(g.currency, c.currency)
		g.customer, g.part = cmp.Or(g.customer, c.customer), cmp.Or(g.part, c.part)
	}
	for i, b := range bs {
		if i == 0 && b.customer != "" {
			g.customer = b.customer
		}
		g.currency = cmp.Or(g.currency, b.currency)
		g.part = cmp.Or(g.part, b.part)
	}
	return g
}

// check looks for each cause in turn; what explains a line takes it out of what follows.
func (g *group) check() {
	g.charges = price(g.lines, g.tolerance)
	g.checkPrices()
	switch {
	case len(g.billed) == 0:
		g.onlyOnBill()
		return
	case len(g.charges) == 0:
		g.onlyHere()
		return
	}
	g.checkCurrency()
	if len(g.charges) == 0 {
		return
	}
	g.checkDoubles()
	g.checkTwoPrices()
	g.checkSeats()
	g.checkOnce()
	g.checkCost()
}

// onlyOnBill is a subscription that we bill nothing for.
func (g *group) onlyOnBill() {
	f := finding{why: "Charged and on no invoice"}
	for i, p := range g.charges {
		f.once = f.once.Add(p.amount)
		f.bill += p.line + " "
		if i == 0 || p.from < f.since {
			f.since = p.from
		}
	}
	month, seats := g.lastMonth()
	f.month = month
	if f.once.IsZero() || seats.IsZero() && !g.anyOnce() && f.once.Abs().LessThanOrEqual(g.largestAllowed()) {
		return // a trial, or bought and cancelled at once: nothing was charged in the end
	}
	g.find(OnlyOnBill, f)
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

// lastMonth is what the seats of the last day cost a month, and how many they are.
func (g *group) lastMonth() (month, seats decimal.Decimal) {
	last := day(0)
	for _, p := range g.charges {
		if !p.once() {
			last = max(last, p.to)
		}
	}
	for _, p := range g.charges {
		if !p.once() && p.from < last && p.to >= last {
			month, seats = month.Add(p.monthly().Mul(p.seats)), seats.Add(p.seats)
		}
	}
	return month, seats
}

// onlyHere is a subscription that the bill does not have.
func (g *group) onlyHere() {
	last, month := g.billedTo(), decimal.Zero
	for _, b := range g.billed {
		f := finding{once: b.amount.Neg(), since: b.from, billed: b.line, why: "Billed and not on the bill"}
		if m, ok := b.monthly(); ok && b.from < last && b.to >= last {
			month = month.Sub(m.Mul(b.seats))
		}
		g.find(OnlyHere, f)
	}
	g.found[OnlyHere][""].month = month
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
		g.find(Currency, finding{once: p.amount, month: p.aMonth(p.amount), since: p.from, bill: p.line,
			currency: p.currency, why: "Charged in " + p.currency + ", billed in " + g.billed[0].currency,
			billed: g.billedLines()})
		return true
	})
}

func (g *group) billedLines() string {
	out := ""
	for _, b := range g.billed {
		out += b.line + " "
	}
	return out
}

// checkDoubles takes out what the bill charges twice for the same seats and days, as far as we bill it once.
func (g *group) checkDoubles() {
	for i := 0; i < len(g.charges); i++ {
		p := g.charges[i]
		if p.amount.Sign() <= 0 || !g.repeats(i) || !g.tooMany(p) {
			continue
		}
		g.find(Double, finding{once: p.amount, month: p.aMonth(p.amount), since: p.from, bill: p.line,
			why: "Charged again for the same seats and days"})
		g.charges = slices.Delete(g.charges, i, i+1)
		i--
	}
}

// repeats tells whether an earlier line says the same.
func (g *group) repeats(i int) bool {
	p := g.charges[i]
	return slices.ContainsFunc(g.charges[:i], func(q priced) bool {
		return q.span == p.span && q.word == p.word && q.ids == p.ids && q.part == p.part && q.product == p.product &&
			q.seats.Equal(p.seats) && q.unit.Equal(p.unit) && q.amount.Equal(p.amount)
	})
}

// tooMany tells whether the bill charges at least these seats more than we bill, on all days of the line.
func (g *group) tooMany(p priced) bool {
	if p.once() {
		charged, billed := g.onceSeats()
		return charged.Sub(billed).GreaterThanOrEqual(p.seats)
	}
	within := p.within(g.window)
	for _, s := range g.stretches() {
		if within.covers(s.span) && s.charged.Sub(s.billed).LessThan(p.seats) {
			return false
		}
	}
	return true
}

func (g *group) onceSeats() (charged, billed decimal.Decimal) {
	for _, p := range g.charges {
		if p.once() {
			charged = charged.Add(p.seats)
		}
	}
	for _, b := range g.billed {
		if b.once() {
			billed = billed.Add(b.seats)
		}
	}
	return charged, billed
}

// checkOnce compares what has no days: by number, at what one costs.
func (g *group) checkOnce() {
	charged, here := g.onceSeats()
	if !here.IsZero() && slices.ContainsFunc(g.charges, func(p priced) bool { return p.usage() }) {
		return // what was used is billed on by a rule of its own, not by number
	}
	apart := charged.Sub(here)
	if apart.IsZero() {
		return
	}
	kind, sum := Quantity, decimal.Zero
	if here.IsZero() {
		kind = NotBilledOn
	}
	var f finding
	for _, p := range g.charges {
		if p.once() {
			sum, f.since = sum.Add(p.amount), p.from
			f.bill += p.line + " "
		}
	}
	f.why = "Charged once: " + charged.String() + "; billed: " + here.String()
	if !charged.IsZero() {
		f.once = sum.Mul(apart).DivRound(charged, precision)
	} else {
		f.once, f.since, f.billed = g.onceBilled()
		kind = OnlyHere
	}
	g.find(kind, f)
}

func (g *group) onceBilled() (once decimal.Decimal, since day, lines string) {
	for _, b := range g.billed {
		if b.once() {
			once, since = once.Sub(b.amount), b.from
			lines += b.line + " "
		}
	}
	return once, since, lines
}

// checkCost finds seats that we bill for less than they cost.
func (g *group) checkCost() {
	for _, s := range g.stretches() {
		both := decimal.Min(s.charged, s.billed)
		if both.Sign() <= 0 || !s.priced || s.monthly.Sign() <= 0 {
			continue
		}
		cost := s.monthly.DivRound(s.charged, precision)
		sale := s.sale.DivRound(s.billed, precision)
		lost := cost.Sub(sale)
		if lost.LessThanOrEqual(g.tolerance) {
			continue
		}
		once, _ := s.money(both)
		g.find(BilledBelowCost, finding{once: once.Mul(lost).DivRound(cost, precision), month: lost.Mul(both),
			since: s.from, bill: s.bill, billed: s.ours,
			why: "Costs " + cost.Round(4).String() + " a month, billed at " + sale.Round(4).String()})
	}
}

// daysOf is from the first day of any line to the last.
func daysOf[L interface{ dates() span }](lines []L) span {
	var out span
	for i, l := range lines {
		s := l.dates()
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

func (c keptCharge) dates() span { return c.span }

func (b keptBilled) dates() span { return b.span }

// in tells whether a line has a day in common with the days, or lies on one of them.
func (c keptCharge) in(days span) bool {
	if c.empty() {
		return c.from >= days.from && c.from < days.to
	}
	return c.meets(days)
}
