package reconcile

import (
	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// worth is what a line charges by its own quantity, price and share, before rounding.
func (c charge) worth(s share) decimal.Decimal { return s.times(c.unit.Mul(c.seats)) }

// follows tells whether the amount of a line is what quantity, price and days give: rounded down for one seat
// ("A") or for all ("B", recon.md 1.4), or as near as the tolerance allows.
func (c charge) follows(s share, tolerance decimal.Decimal) bool {
	places := money.Digits(c.currency)
	a := s.times(c.unit).Truncate(places).Mul(c.seats)
	b := c.worth(s).Truncate(places)
	return c.amount.Equal(a) || c.amount.Equal(b) ||
		c.amount.Sub(c.worth(s)).Abs().LessThanOrEqual(allowed(tolerance, c.seats))
}

// allowed is the tolerance of a line: for each seat, and at least for one.
func allowed(tolerance, seats decimal.Decimal) decimal.Decimal {
	return tolerance.Mul(decimal.Max(seats.Abs(), decimal.NewFromInt(1)))
}

// priced is a line with the share that it charges.
type priced struct {
	charge
	share share
	right bool // its amount follows from its own figures
}

// price finds for each line the share that its amount follows from, or the likeliest one.
func price(cs []charge, tolerance decimal.Decimal) []priced {
	cycles := cyclesOf(cs)
	out := make([]priced, len(cs))
	for i, c := range cs {
		all := c.shares(cycles)
		out[i] = priced{charge: c, share: all[0]}
		if c.unpriced {
			out[i].unit, out[i].right = c.impliedUnit(all[0]), true
			continue
		}
		for _, s := range all {
			if c.follows(s, tolerance) {
				out[i].share, out[i].right = s, true
				break
			}
		}
	}
	return out
}

// impliedUnit is the price that an amount without one comes to.
func (c charge) impliedUnit(s share) decimal.Decimal {
	if c.seats.IsZero() {
		return decimal.Zero
	}
	whole := share{s.of, s.part}
	return whole.times(c.amount).DivRound(c.seats, precision)
}

// expected is what the line should have charged, rounded as bills are.
func (p priced) expected() decimal.Decimal {
	return p.worth(p.share).Truncate(money.Digits(p.currency))
}

// perMonth is an amount of this line as the share of one month; nothing for what is charged once.
func (p priced) perMonth(amount decimal.Decimal) decimal.Decimal {
	m := p.monthsPriced()
	if m == 0 {
		return decimal.Zero
	}
	return amount.DivRound(decimal.NewFromInt(int64(m)), precision)
}

// aMonth is an amount charged by this line as what it comes to in a month.
func (p priced) aMonth(amount decimal.Decimal) decimal.Decimal {
	if p.once() {
		return decimal.Zero
	}
	return p.perMonth(amount.Mul(decimal.NewFromInt(p.share.of)).DivRound(decimal.NewFromInt(p.share.part), precision))
}

// cost is what all seats of the line cost on one of its days.
func (p priced) cost() decimal.Decimal {
	return p.worth(p.share).DivRound(decimal.NewFromInt(int64(p.days())), precision)
}

// monthly is what one seat of the line costs a month.
func (p priced) monthly() decimal.Decimal { return p.perMonth(p.unit) }

// checkPrices finds lines whose amount does not follow from their own figures.
func (g *group) checkPrices() {
	for _, p := range g.charges {
		if p.right {
			continue
		}
		over := p.amount.Sub(p.expected())
		g.find(Price, finding{once: over, month: p.aMonth(over), since: p.from, bill: p.line,
			why: "Line " + p.line + " charges " + p.amount.String() + "; its quantity, price and days come to " +
				p.expected().String()})
	}
}

// checkTwoPrices finds a subscription that is charged at two prices while we bill one: by what the later price
// differs from the first.
func (g *group) checkTwoPrices() {
	if len(g.billed) == 0 || len(g.sellPrices()) != 1 {
		return
	}
	first := map[string]priced{}
	for _, p := range g.charges {
		if p.once() || p.seats.Sign() == 0 || g.telco(p) {
			continue
		}
		known, ok := first[p.id()]
		if !ok {
			first[p.id()] = p
			continue
		}
		if p.unit.Mul(known.rate).Equal(known.unit.Mul(p.rate)) {
			continue // one price, at the rates of two months
		}
		apart := p.monthly().Sub(known.monthly())
		if apart.Abs().LessThanOrEqual(g.tolerance) || p.monthsPriced() != known.monthsPriced() {
			continue
		}
		over := p.share.times(p.unit.Sub(known.unit).Mul(p.seats))
		g.find(Price, finding{once: over, month: apart.Mul(p.seats), since: p.from, bill: p.line,
			why: "Charged at " + known.unit.String() + " and at " + p.unit.String() + "; billed at one price"})
	}
}

// sellPrices are the prices a month that we bill a subscription at.
func (g *group) sellPrices() map[string]bool {
	out := map[string]bool{}
	for _, b := range g.billed {
		if m, ok := b.monthly(); ok && b.seats.Sign() != 0 {
			out[m.Round(6).String()] = true
		}
	}
	return out
}

// monthly is what we bill for one seat a month; false for what has no price a month.
func (b billed) monthly() (decimal.Decimal, bool) {
	if !b.unit.Valid || b.once() {
		return decimal.Zero, false
	}
	return money.PerMonth(b.unit.Decimal, b.period)
}
