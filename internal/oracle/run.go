package oracle

import "math/big"

// changeLogEnd is the end that a change-log run takes: that of the last live full
// cycle, and in arrears or before any cycle the day asked for.
func (c *Contract) changeLogEnd(invoices []*Invoice, asked Day) Day {
	end := Day(0)
	for _, i := range invoices {
		if i.Contract == c && i.Full && !i.Void {
			end = max(end, i.End)
		}
	}
	if c.Arrears || end == 0 {
		return asked
	}
	return end
}

// Part is what one line of an invoice takes: seats of each of its days at a price, or,
// where it moves no seats, another price of seats that are paid already.
type Part struct {
	From, To   Day
	Seats      int
	PerMonth   *big.Rat
	MovesMoney bool // and no seats
	Amount     *big.Rat
}

// Draft is what a run of a contract up to a day bills: the difference of two states (RULES 8).
func (m *Model) Draft(c *Contract, subscriptions []*Subscription, invoices []*Invoice, full bool, asked Day) *Invoice {
	inv := &Invoice{Contract: c, Full: full, End: asked, Lines: map[*Subscription]*big.Rat{},
		records: map[*Subscription]*record{}, parts: map[*Subscription][]*record{}}
	if !full {
		inv.End = c.changeLogEnd(invoices, asked)
	}
	place := m.next()
	for _, s := range subscriptions {
		r := s.run(c, inv.End)
		if r == nil {
			continue
		}
		r.place = place
		inv.records[s], inv.Lines[s], inv.parts[s] = r, r.amount, []*record{r}
	}
	return inv
}

// Cut divides what an invoice takes of a subscription into its lines, so that each can
// be credited for itself. It refuses lines that do not say the same of every day.
func (inv *Invoice) Cut(s *Subscription, lines []Part) bool {
	whole := inv.records[s]
	seats, worth, amount := map[Day]int{}, map[Day]*big.Rat{}, new(big.Rat)
	var parts []*record
	for _, l := range lines {
		r := &record{place: whole.place, contract: whole.contract, seats: map[Day]int{}, worth: map[Day]*big.Rat{},
			amount: l.Amount, goodwill: new(big.Rat), standing: true, last: l.To}
		for d := l.From; d < l.To; d++ {
			if !l.MovesMoney {
				r.seats[d] = l.Seats
				seats[d] += l.Seats
			}
			r.worth[d] = s.Worth(whole.contract, l.Seats, l.PerMonth, d, d+1)
			if worth[d] == nil {
				worth[d] = new(big.Rat)
			}
			worth[d].Add(worth[d], r.worth[d])
		}
		amount.Add(amount, l.Amount)
		parts = append(parts, r)
	}
	if amount.Cmp(whole.amount) != 0 || !sameDays(seats, whole.seats) {
		return false
	}
	for d, w := range worth {
		was := whole.worth[d]
		if was == nil {
			was = new(big.Rat)
		}
		if w.Cmp(was) != 0 {
			return false
		}
	}
	for d := range whole.worth {
		if worth[d] == nil {
			return false
		}
	}
	inv.parts[s] = parts
	return true
}

func sameDays(a, b map[Day]int) bool {
	for d, n := range a {
		if b[d] != n {
			return false
		}
	}
	for d, n := range b {
		if a[d] != n {
			return false
		}
	}
	return true
}

// Take stores a draft: its days are taken from here on.
func (inv *Invoice) Take() {
	for s, parts := range inv.parts {
		s.paid = append(s.paid, parts...)
	}
}

// live is what live lines of a contract come to, other than goodwill.
func (s *Subscription) live(c *Contract) *big.Rat {
	sum := new(big.Rat)
	for _, r := range s.paid {
		if r.contract != c || r.void {
			continue
		}
		if r.again { // the credit leaves what goodwill had given back
			sum.Add(sum, r.goodwill)
		} else {
			kept, _ := s.divided(r)
			sum.Add(sum, kept)
		}
		if s.m.mutant == GoodwillInSum {
			sum.Sub(sum, r.goodwill)
		}
	}
	return sum.Add(sum, s.inherited(c))
}

// run reckons one subscription; nil when there is nothing to say about it.
func (s *Subscription) run(c *Contract, end Day) *record {
	r := &record{contract: c, seats: map[Day]int{}, worth: map[Day]*big.Rat{}, goodwill: new(big.Rat), standing: true}
	was, worthWas := s.standingWorth(c)
	end = max(end, was)
	now := new(big.Rat)
	stopped := false
	for d := s.FirstIn(c); d < end; d++ {
		if s.contractOn(d) != c || !s.has(d) {
			continue
		}
		before := worthWas[d]
		if before == nil {
			before = new(big.Rat)
		}
		st, price := s.On(d), s.PriceOn(d)
		if s.Once {
			st = s.bought(d, end)
		}
		if s.m.mutant == PriceCutOff {
			price = s.cutOff(d, end)
		}
		if price == nil || stopped {
			// Neither charged nor credited: what it was paid stays. The run stops here.
			stopped = stopped || st.Due() > 0
			now.Add(now, before)
			continue
		}
		worth := new(big.Rat).Mul(price, share(d, s.months(c)))
		if s.Once {
			worth.Set(price)
		}
		seats := st.Want()
		if s.m.mutant == OutsideInMoney {
			seats += st.Outside
		}
		worth.Mul(worth, big.NewRat(int64(seats), 1))
		now.Add(now, worth)
		if st.Due() != 0 {
			r.seats[d] = st.Due()
		}
		if worth.Cmp(before) != 0 {
			r.worth[d] = new(big.Rat).Sub(worth, before)
		}
		if r.seats[d] != 0 || r.worth[d] != nil {
			r.last = d + 1
		}
	}
	if len(r.seats) == 0 && len(r.worth) == 0 {
		return nil
	}
	live := s.live(c)
	sum := Rounded(now, c.Places)
	if s.m.mutant == HalfEven {
		sum = halfEven(now, c.Places)
	}
	r.amount = new(big.Rat).Sub(sum, live)
	r.exact, r.liveBefore = new(big.Rat), new(big.Rat).Set(live)
	for _, w := range worthWas {
		r.exact.Add(r.exact, w)
	}
	return r
}

// standingWorth is the exact worth that standing lines hold of each day, and the first day behind them.
func (s *Subscription) standingWorth(c *Contract) (end Day, worth map[Day]*big.Rat) {
	worth = map[Day]*big.Rat{}
	take := func(r *record, from, to Day) {
		if last := min(r.last, to); last > from {
			end = max(end, last)
		}
		for d, w := range r.worth {
			if d < from || d >= to {
				continue
			}
			if worth[d] == nil {
				worth[d] = new(big.Rat)
			}
			worth[d].Add(worth[d], w)
		}
	}
	for _, r := range s.paid {
		if r.standing && r.contract == c {
			take(r, -Never, s.givenAway())
		}
	}
	if s.turn.source != nil && s.contractOn(s.FirstDay()) == c {
		for _, r := range s.turn.source.paid {
			if r.standing {
				take(r, s.FirstDay(), Never)
			}
		}
	}
	return end, worth
}

// Split tells what each line of a subscription comes to, in the order of its lines,
// from what each is worth exactly; nil where they do not add up to what is due.
func (inv *Invoice) Split(s *Subscription, worths []*big.Rat) []*big.Rat {
	r := inv.records[s]
	due, sum := new(big.Rat), new(big.Rat)
	for _, w := range r.worth {
		due.Add(due, w)
	}
	for _, w := range worths {
		sum.Add(sum, w)
	}
	if due.Cmp(sum) != 0 {
		return nil
	}
	out := make([]*big.Rat, len(worths))
	upTo, before := new(big.Rat).Set(r.exact), r.liveBefore
	for i, w := range worths {
		upTo.Add(upTo, w)
		now := Rounded(upTo, r.contract.Places)
		out[i] = new(big.Rat).Sub(now, before)
		before = now
	}
	return out
}

// Seats are those that an invoice takes of a subscription for a day.
func (inv *Invoice) Seats(s *Subscription, d Day) int { return inv.records[s].seats[d] }

// Days are the first day with something due and the one behind the last.
func (inv *Invoice) Days(s *Subscription) (from, to Day) {
	r := inv.records[s]
	from = r.last
	for d := range r.seats {
		from = min(from, d)
	}
	for d := range r.worth {
		from = min(from, d)
	}
	return from, r.last
}

// Worth is what days of a contract are worth for so many seats at a price per month.
func (c *Contract) Worth(seats int, perMonth *big.Rat, from, to Day) *big.Rat {
	sum := new(big.Rat)
	for d := from; d < to; d++ {
		sum.Add(sum, share(d, c.BillingDay))
	}
	sum.Mul(sum, perMonth)
	return sum.Mul(sum, big.NewRat(int64(seats), 1))
}

// Worth is what days of a contract are worth for so many seats at a price; of what is bought once, the price itself.
func (s *Subscription) Worth(c *Contract, seats int, price *big.Rat, from, to Day) *big.Rat {
	if s.Once {
		return new(big.Rat).Mul(price, big.NewRat(int64(seats), 1))
	}
	return c.Worth(seats, price, from, to)
}

// Cancel voids an invoice.
func (inv *Invoice) Cancel() {
	inv.Void = true
	for _, parts := range inv.parts {
		for _, r := range parts {
			r.standing, r.void = false, true
		}
	}
}

// Parts is how many lines of a subscription can be credited for themselves; one where all go together.
func (inv *Invoice) Parts(s *Subscription) int { return len(inv.parts[s]) }

// CreditAgain credits a line of a subscription on an invoice, to be billed again.
// It gives the amount of the credit, which leaves out what goodwill gave back already.
func (inv *Invoice) CreditAgain(s *Subscription, part int) *big.Rat {
	r := inv.parts[s][part]
	r.standing, r.again = s.m.mutant == CreditedStands, true
	return new(big.Rat).Sub(r.goodwill, r.amount)
}

// Goodwill gives money of a line back and changes no sum.
func (inv *Invoice) Goodwill(s *Subscription, part int, amount *big.Rat) {
	r := inv.parts[s][part]
	r.goodwill.Add(r.goodwill, amount)
}

// Stands tells whether all lines of a subscription on an invoice still do.
func (inv *Invoice) Stands(s *Subscription) bool {
	for i := range inv.parts[s] {
		if !inv.PartStands(s, i) {
			return false
		}
	}
	return len(inv.parts[s]) > 0
}

// PartStands tells whether a line does.
func (inv *Invoice) PartStands(s *Subscription, part int) bool { return inv.parts[s][part].standing }

// Left is what credits have left of a line.
func (inv *Invoice) Left(s *Subscription, part int) *big.Rat {
	r := inv.parts[s][part]
	return new(big.Rat).Sub(r.amount, r.goodwill)
}
