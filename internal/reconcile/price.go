package reconcile

import (
	"context"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
)

// worth is what a line charges by its own quantity, price and share, before rounding.
func (c charge) worth(s share) decimal.Decimal { return s.times(c.unit.Mul(c.seats)) }

// follows tells whether the amount of a line is what quantity, price and days give: rounded down for one seat
// ("A") or for all ("B", recon.md 1.4), or as near as the tolerance allows.
func (c charge) follows(s share, tolerance decimal.Decimal) bool {
	whole := c.unit.Mul(c.seats)
	if s.part == s.of && c.amount.Equal(whole) {
		return true // nearly all lines are a whole cycle
	}
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
	share     share
	right     bool // its amount follows from its own figures
	second    bool // it is charged beside another line for the same seats
	takenBack bool // another line gives back just this, or it gives back just another
}

// price finds for each line the share that its amount follows from, or the likeliest one.
func price(ctx context.Context, cs []charge, tolerance decimal.Decimal) ([]priced, error) {
	cycles := cyclesOf(cs)
	out := make([]priced, len(cs))
	for i, c := range cs {
		if i%1024 == 1023 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if c.usage { // its price moves from day to day
			out[i] = priced{charge: c, share: share{1, 1}, right: true}
			continue
		}
		all := c.shares(cycles)
		out[i] = priced{charge: c, share: all[0]}
		if c.unpriced {
			out[i].unit, out[i].right = c.impliedUnit(all[0]), true
			out[i].list = out[i].unit
			continue
		}
		if out[i].right = c.free(); out[i].right {
			continue
		}
		for _, s := range all {
			if c.follows(s, tolerance) {
				out[i].share, out[i].right = s, true
				break
			}
		}
	}
	return out, nil
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

// money is what the line rightly charges: its own cents, or what it should have charged where they are wrong.
func (p priced) money() decimal.Decimal {
	if p.right {
		return p.amount
	}
	return p.expected()
}

// pieces are the months of a line of several, each of which costs the same; else the line's days.
func (p priced) pieces() []span {
	n := 1
	if p.days() > 31 {
		n = max(1, wholeMonths(p.span))
	}
	if n == 1 {
		return []span{p.span}
	}
	out := make([]span, n)
	for i := range out {
		if p.from.months(n) == p.to {
			out[i] = span{p.from.months(i), p.from.months(i + 1)}
		} else {
			out[i] = span{p.to.months(i - n), p.to.months(i + 1 - n)}
		}
	}
	return out
}

// costOf is what all seats of the line cost on some of its days.
func (p priced) costOf(s span) (sum decimal.Decimal) {
	pieces := p.pieces()
	part := p.money().DivRound(decimal.NewFromInt(int64(len(pieces))), precision)
	for _, piece := range pieces {
		if within := piece.within(s); !within.empty() {
			sum = sum.Add(share{int64(within.days()), int64(piece.days())}.times(part))
		}
	}
	return sum
}

// cents is what one seat costs for the time that its price is for: as the bill rounds it, where the line is a whole
// cycle.
func (p priced) cents() decimal.Decimal {
	if p.right && p.share.part == p.share.of {
		return p.amount.DivRound(p.seats, precision)
	}
	return p.unit
}

// missing is what one seat of the line would cost on days of cycles that the bill does not have.
func (p priced) missing(s span, cycles []span) (sum decimal.Decimal) {
	unit := p.cents()
	for _, cycle := range cycles {
		if within := cycle.within(s); !within.empty() {
			sum = sum.Add(share{int64(within.days()), int64(cycle.days())}.times(unit))
		}
	}
	return sum
}

// monthly is what one seat of the line costs a month.
func (p priced) monthly() decimal.Decimal { return p.perMonth(p.unit) }

// thirtySixths is what one seat of the line costs in three years: no price needs to be divided for it.
func (p priced) thirtySixths() decimal.Decimal {
	m := p.monthsPriced()
	if m == 0 {
		return decimal.Zero
	}
	return p.unit.Mul(decimal.NewFromInt(int64(36 / m)))
}

// checkPrices finds lines whose amount does not follow from their own figures.
func (g *group) checkPrices() {
	for _, p := range g.charges {
		if p.right {
			continue
		}
		over := p.amount.Sub(p.expected())
		g.find(Price, finding{once: over, month: p.aMonth(over), since: p.from, bill: []string{p.line},
			currency: p.currency, why: "Line " + p.line + " charges " + p.amount.String() +
				"; its quantity, price and days come to " + p.expected().String()})
	}
}

// tariff is what one subscription is charged at, by one plan.
type tariff struct {
	id     string
	months int
}

// checkTwoPrices finds a subscription that is charged at two prices while we bill one. A price that only rises is
// measured from the first one; else the one of the most days is the right one, and the earlier of two that hold as
// long.
func (g *group) checkTwoPrices() {
	if len(g.charges) < 2 || len(g.sellPrices()) != 1 {
		return
	}
	by := map[tariff][]int{}
	for i := range g.charges {
		p := &g.charges[i]
		if p.once() || p.seats.IsZero() || p.second || p.free() || p.takenBack {
			continue
		}
		t := tariff{p.id(), p.monthsPriced()}
		by[t] = append(by[t], i)
	}
	for _, at := range by {
		right := g.rightPrice(at)
		for _, i := range at {
			g.compareWith(&g.charges[right], &g.charges[i])
		}
	}
}

// rightPrice is the line whose price the others are held against.
func (g *group) rightPrice(at []int) int {
	days, first := map[string]int{}, map[string]int{}
	rises, last := true, at[0]
	for _, i := range at {
		p := &g.charges[i]
		if p.seats.Sign() < 0 {
			continue
		}
		list := p.list.String()
		if _, known := first[list]; !known {
			first[list] = i
		}
		days[list] += p.days()
		rises = rises && p.list.GreaterThanOrEqual(g.charges[last].list)
		last = i
	}
	best := at[0]
	if rises {
		return best
	}
	for list, i := range first {
		of := g.charges[best].list.String()
		if days[list] > days[of] || days[list] == days[of] && i < best {
			best = i
		}
	}
	return best
}

func (g *group) compareWith(right, p *priced) {
	if p.list.Equal(right.list) || p.perMonth(p.unit.Sub(right.unit)).Abs().LessThanOrEqual(g.tolerance) {
		return // one price, whatever the rates of two months; or what it comes to in the bill's currency stayed
	}
	unit := right.list
	if !p.list.IsZero() {
		unit = right.list.Mul(p.unit).DivRound(p.list, precision) // at the line's own rate
	}
	apart := p.perMonth(p.unit.Sub(unit))
	if apart.Abs().LessThanOrEqual(g.tolerance) {
		return
	}
	over := p.share.times(p.unit.Sub(unit).Mul(p.seats))
	g.find(Price, finding{once: over, month: apart.Mul(p.seats), since: p.from, bill: []string{p.line},
		currency: p.currency, why: "Charged at " + right.list.String() + " and at " + p.list.String() +
			"; billed at one price"})
}

// sellPrices are the prices a month that we bill a subscription at.
func (g *group) sellPrices() map[string]bool {
	out := map[string]bool{}
	for i := range g.billed {
		if p, ok := g.billed[i].thirtySixths(); ok && g.billed[i].seats.Sign() != 0 {
			out[p.Round(6).String()] = true
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

// thirtySixths is what we bill for one seat in three years.
func (b billed) thirtySixths() (decimal.Decimal, bool) {
	m := b.period.Months()
	if !b.unit.Valid || b.once() || m == 0 {
		return decimal.Zero, false
	}
	return b.unit.Decimal.Mul(decimal.NewFromInt(int64(36 / m))), true
}
