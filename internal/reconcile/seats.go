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

// exact is the days that lines charge, and the event that ties them; 0: all lines of these days.
type exact struct {
	span
	event uint64
}

// exactly is the money and the seats of lines that charge the same days.
type exactly struct{ money, seats decimal.Decimal }

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

// added are the words for seats added within a cycle.
var added = map[string]bool{"addquantity": true, "add": true, "increase": true}

// wipe is an event that takes seats back, with what it charges anew.
type wipe struct {
	span
	seats decimal.Decimal // taken back
}

// findWipes finds the events that take seats back. Where nothing else is charged on their days, the seats that they
// take back were charged on another bill, such as a year paid at its beginning.
func (c *calendar) findWipes() {
	c.inWipe = make([]bool, len(c.g.charges))
	type key struct {
		span
		id, word string
		event    uint64
	}
	taken := map[key]decimal.Decimal{}
	of := func(p *priced) key { return key{p.span, p.id(), p.word, p.event} }
	for i := range c.g.charges {
		if p := &c.g.charges[i]; !p.once() && p.amount.Sign() < 0 && !p.takenBack && !p.second {
			taken[of(p)] = taken[of(p)].Sub(p.seats)
		}
	}
	if len(taken) == 0 {
		return
	}
	for i := range c.g.charges {
		p := &c.g.charges[i]
		_, c.inWipe[i] = taken[of(p)]
		c.inWipe[i] = c.inWipe[i] && !p.takenBack
	}
	for k, seats := range taken {
		c.wipes = append(c.wipes, wipe{k.span, seats})
	}
	slices.SortFunc(c.wipes, func(a, b wipe) int {
		if a.from != b.from {
			return int(a.from - b.from)
		}
		return a.seats.Cmp(b.seats)
	})
}

// wipedBefore is what the earliest event on these days takes back.
func (c *calendar) wipedBefore(s span) decimal.Decimal {
	for _, w := range c.wipes {
		if w.covers(s) {
			return w.seats
		}
	}
	return decimal.Zero
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
