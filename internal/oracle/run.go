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

// Draft is what a run of a contract up to a day bills: the difference of two states (RULES 8).
func (m *Model) Draft(c *Contract, subscriptions []*Subscription, invoices []*Invoice, full bool, asked Day) *Invoice {
	inv := &Invoice{Contract: c, Full: full, End: asked, Lines: map[*Subscription]*big.Rat{},
		records: map[*Subscription]*record{}}
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
		inv.records[s], inv.Lines[s] = r, r.amount
	}
	return inv
}

// Take stores a draft: its days are taken from here on.
func (inv *Invoice) Take() {
	for s, r := range inv.records {
		s.paid = append(s.paid, r)
		s.add(r.contract, r.amount)
	}
}

func (s *Subscription) add(c *Contract, amount *big.Rat) {
	if s.live[c] == nil {
		s.live[c] = new(big.Rat)
	}
	s.live[c].Add(s.live[c], amount)
}

// run reckons one subscription; nil when there is nothing to say about it.
func (s *Subscription) run(c *Contract, end Day) *record {
	r := &record{contract: c, seats: map[Day]int{}, worth: map[Day]*big.Rat{}, goodwill: new(big.Rat), standing: true}
	was, worthWas := s.standingWorth(c)
	end = max(end, was)
	now := new(big.Rat)
	stopped := false
	for d := s.FirstIn(c); d < end; d++ {
		if s.contractOn(d) != c {
			continue
		}
		before := worthWas[d]
		if before == nil {
			before = new(big.Rat)
		}
		st, price := s.On(d), s.PriceOn(d)
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
	live := s.live[c]
	if live == nil {
		live = new(big.Rat)
	}
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
	for _, r := range s.paid {
		if !r.standing || r.contract != c {
			continue
		}
		end = max(end, r.last)
		for d, w := range r.worth {
			if worth[d] == nil {
				worth[d] = new(big.Rat)
			}
			worth[d].Add(worth[d], w)
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

// Cancel voids an invoice.
func (inv *Invoice) Cancel() {
	inv.Void = true
	for s, r := range inv.records {
		r.standing, r.void = false, true
		s.add(r.contract, new(big.Rat).Neg(r.amount))
	}
}

// CreditAgain credits all lines of a subscription on an invoice, to be billed again.
// It gives the amount of the credit, which leaves out what goodwill gave back already.
func (inv *Invoice) CreditAgain(s *Subscription) *big.Rat {
	r := inv.records[s]
	r.standing = s.m.mutant == CreditedStands
	credit := new(big.Rat).Sub(r.goodwill, r.amount)
	s.add(r.contract, credit)
	return credit
}

// Goodwill gives money back and changes no sum.
func (inv *Invoice) Goodwill(s *Subscription, amount *big.Rat) {
	r := inv.records[s]
	r.goodwill.Add(r.goodwill, amount)
	if s.m.mutant == GoodwillInSum {
		s.add(r.contract, new(big.Rat).Neg(amount))
	}
}

// Stands tells whether the lines of a subscription on an invoice still do.
func (inv *Invoice) Stands(s *Subscription) bool {
	r := inv.records[s]
	return r != nil && r.standing
}

// Rebillable is what a credit of a subscription's lines could still give back.
func (inv *Invoice) Rebillable(s *Subscription) *big.Rat {
	r := inv.records[s]
	return new(big.Rat).Sub(r.amount, r.goodwill)
}
