package reconcile

import (
	"slices"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// Cycles are in what cycles the distributor charges a subscription.
type Cycles struct {
	ID       string
	Months   int
	Begins   string // the first day of one of them
	Ends     string // of the subscription, if it is known: cycles that were cut to end with another's end there
	Cost     string // of a seat for a cycle, if it is known
	Currency string // of the cost
}

// cycles are Cycles as they wait; most of them have no cost.
type cycles struct {
	begins, ends day
	months       int8
}

type cycleCost struct {
	cost     number
	currency word
}

// Cycles says in what cycles the distributor charges a subscription. What we billed on days that no bill charges is
// then told where their cycle begins on days that the bill is about: only it could charge them.
func (s *Sides) Cycles(c Cycles) error {
	begins, err := s.span(c.Begins, c.Ends)
	if err != nil {
		return err
	}
	if c.Ends == "" {
		begins.to = 0
	}
	key := s.words.id(s.words.keep(c.ID))
	s.frame.cycles[key] = cycles{begins.from, begins.to, int8(c.Months)}
	cost, known, err := said(c.Cost)
	if known {
		s.frame.costs[key] = cycleCost{cost, s.words.keep(c.Currency)}
	}
	return err
}

// due are the cycles of a group that the bill should charge.
type due struct {
	known    bool
	cycles   []span
	left     []span          // of their days, those that no bill charges
	cost     decimal.Decimal // of a seat for a cycle; 0: not known
	currency string
	months   int
}

// isDue finds what the bill should charge of a subscription, and sets aside what other bills do, or could.
func (g *group) isDue(c cycles, claimed []span) {
	own := make([]span, 0, len(g.lines)+len(g.beside))
	all := daysOf(g.billed, func(b *billed) span { return b.span })
	for _, ls := range [][]charge{g.lines, g.beside} {
		for i := range ls {
			l := &ls[i]
			if l.usage {
				return // what was used keeps no cycles
			}
			if !l.once() {
				own = append(own, l.span)
				all = span{min(all.from, l.from), max(all.to, l.to)}
			}
		}
	}
	begins, known := c.fitting(own, claimed)
	if !known {
		return
	}
	g.due = due{known: true, cycles: begins.in(int(c.months), g.charged), months: int(c.months)}
	charged := joined(append(slices.Clone(own), claimed...))
	for _, left := range besides(g.due.cycles, charged) {
		if !begins.nearMonthsEnd() || left.days() > monthsEnd || len(charged) == 0 {
			g.due.left = append(g.due.left, left)
		}
	}
	g.aside = besides([]span{all}, joined(append(own, g.due.left...)))
}

// monthsEnd is by how many days the bill may date cycles of the 29th to the 31st otherwise (recon.md 3).
const monthsEnd = 3

func (d day) nearMonthsEnd() bool { return d.time().Day() > 31-monthsEnd }

// in are the cycles of so many months that begin on some days; one of them begins on d.
func (d day) in(months int, days span) (out []span) {
	t, first := d.time(), days.from.time()
	n := ((first.Year()-t.Year())*12+int(first.Month()-t.Month()))/months - 1
	for ; d.months(n*months) < days.to; n++ {
		if cycle := (span{d.months(n * months), d.months((n + 1) * months)}); cycle.from >= days.from {
			out = append(out, cycle)
		}
	}
	return out
}

// on tells whether a cycle of so many months begins on another day too.
func (d day) on(other day, months int) bool {
	t, o := d.time(), other.time()
	n := (o.Year()-t.Year())*12 + int(o.Month()-t.Month())
	if n%months != 0 {
		return false
	}
	apart := d.months(n) - other
	if d.nearMonthsEnd() {
		return -monthsEnd <= apart && apart <= monthsEnd
	}
	return apart == 0
}

// fitting is a day on which a cycle begins. What the distributor tells of its first day holds where lines of bills
// end
// on such days, or none are known; else its last day, and else a whole cycle that a bill has charged. Lines that fit
// none say no more than that we do not know.
func (c cycles) fitting(own, claimed []span) (begins day, known bool) {
	months := int(c.months)
	ends := func(d day) bool {
		of := func(s span) bool { return d.on(s.to, months) }
		return slices.ContainsFunc(own, of) || slices.ContainsFunc(claimed, of)
	}
	apart := c.ends != 0 && !c.begins.on(c.ends, months) && !c.begins.on(c.ends+1, months)
	switch {
	case len(own) == 0 && len(claimed) == 0 && apart:
		return c.ends, true
	case len(own) == 0 && len(claimed) == 0, ends(c.begins):
		return c.begins, true
	case apart && ends(c.ends):
		return c.ends, true
	}
	for _, s := range slices.Concat(own, claimed) {
		if s.from.months(months) == s.to {
			return s.from, true
		}
	}
	return 0, false
}

// lacking is a cycle, or what is left of one, that the bill does not have: at what it costs, where that is known,
// else
// at what we billed for it.
func (g *group) lacking(cycle span) {
	var left []span
	for _, s := range g.due.left {
		if s = s.within(cycle); !s.empty() {
			left = append(left, s)
		}
	}
	type lack struct {
		finding
		seatDays, sale, monthly decimal.Decimal
		last                    day
	}
	by := map[string]*lack{}
	for i := range g.billed {
		b := &g.billed[i]
		if b.once() {
			continue
		}
		days, first := 0, day(0)
		for _, s := range left {
			if s = s.within(b.span); !s.empty() {
				if days == 0 {
					first = s.from
				}
				days += s.days()
			}
		}
		if days == 0 {
			continue
		}
		l := by[b.currency]
		if l == nil {
			l = &lack{finding: finding{since: first, currency: b.currency, why: "Billed and not on the bill"}}
			by[b.currency] = l
		}
		n := decimal.NewFromInt(int64(days))
		l.ours = append(l.ours, b.line)
		l.since = min(l.since, first)
		l.seatDays = l.seatDays.Add(b.seats.Mul(n))
		l.sale = l.sale.Add(b.amount.Mul(n).DivRound(decimal.NewFromInt(int64(b.days())), precision))
		monthly := decimal.Zero
		if g.costKnown(b.currency) {
			monthly = g.due.cost.DivRound(decimal.NewFromInt(int64(g.due.months)), precision)
		} else if m, ok := b.monthly(); ok {
			monthly = m
		}
		switch to := min(b.to, cycle.to); {
		case to > l.last:
			l.last, l.monthly = to, monthly.Mul(b.seats)
		case to == l.last:
			l.monthly = l.monthly.Add(monthly.Mul(b.seats))
		}
	}
	for currency, l := range by {
		l.once, l.month = l.sale.Neg(), l.monthly.Neg()
		if g.costKnown(currency) {
			l.once = g.due.cost.Mul(l.seatDays).DivRound(decimal.NewFromInt(int64(cycle.days())), precision).Neg()
			if l.seatDays.Mod(decimal.NewFromInt(int64(cycle.days()))).IsZero() {
				l.once = l.once.Round(precision / 2).Truncate(money.Digits(currency)) // as bills round a whole cycle
			}
		}
		g.find(OnlyHere, l.finding)
	}
}

func (g *group) costKnown(currency string) bool {
	return g.due.cost.IsPositive() && g.due.currency == currency
}
