package oracle

import "slices"

// State is what a day comes to: RULES 8, counted, paid, outside and forfeited seats.
type State struct{ Counted, Paid, Outside, Forfeited int }

// Want is what standing lines hold of the day after an invoice.
func (s State) Want() int { return s.Counted + s.Forfeited - s.Outside }

// Due is what is still to be charged, or credited where it is below zero.
func (s State) Due() int { return s.Want() - s.Paid }

// step is one thing in the order of recording, as it acts on one day.
type step struct {
	place   int
	seats   int  // of a row
	refund  bool // of a row that takes seats, and of an end
	paid    int  // seats of a line
	outside int
	open    *bool // the contract or the subscription holds the day from here on, or no longer
	own     bool  // the subscription
}

// On replays ledger rows and standing lines for one day in the order of recording.
func (s *Subscription) On(d Day) State {
	if s.Once {
		return s.bought(d, Never)
	}
	return play(s.steps(d), s.m.mutant == CapByPaidNow)
}

// bought is a day of what is bought once (RULES 4): its joins, less those of them that a
// reduction with refund gave back, which takes the latest first. Seats that left without
// refund are no return: those that join later take them back first, and are not charged
// again. Rows act in the order of their days, and of one day in that of recording.
func (s *Subscription) bought(d, end Day) State {
	type join struct {
		on    Day
		seats int
	}
	var joins []join
	gone := 0
	for _, r := range s.rows() {
		switch {
		case r.On >= end:
		case r.Delta > 0:
			back := min(gone, r.Delta)
			gone -= back
			joins = append(joins, join{r.On, r.Delta - back})
		case !r.Refund:
			gone -= r.Delta
		default:
			left := -r.Delta
			for i := len(joins) - 1; i >= 0; i-- {
				back := min(joins[i].seats, left)
				joins[i].seats, left = joins[i].seats-back, left-back
			}
		}
	}
	var t State
	for _, j := range joins {
		if j.on == d && d < s.contractOn(d).End {
			t.Counted += j.seats
		}
	}
	for _, p := range s.standing(d) {
		t.Paid += p.seats[d]
	}
	return t
}

func (s *Subscription) steps(d Day) []step {
	groups := map[*Row]*step{}
	var out []*step
	for _, r := range s.rows() {
		if r.On > d {
			continue
		}
		top := r
		for top.Absorber != nil && top.Absorber.On <= d && !top.Absorber.Aside {
			top = top.Absorber
		}
		if groups[top] == nil {
			groups[top] = &step{place: top.Place, refund: top.Refund}
			if s.m.mutant == RefundWhenBilled {
				groups[top].refund = s.contractOn(d).Refunds
			}
			out = append(out, groups[top])
		}
		groups[top].seats += r.Delta
		if r.IsOutside() && d < r.outsideUntil {
			out = append(out, &step{place: r.outsidePlace, outside: r.Delta})
		}
	}
	for _, p := range s.standing(d) {
		if p.seats[d] != 0 {
			out = append(out, &step{place: p.place, paid: p.seats[d]})
		}
	}
	for i, ends := range [][]ending{s.contractOn(d).ends, s.ends} {
		was := true
		for _, e := range ends {
			if is := d < e.end; is != was {
				was = is
				out = append(out, &step{place: e.place, open: &is, own: i == 1, refund: e.refund})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *step) int { return a.place - b.place })
	steps := make([]step, len(out))
	for i, x := range out {
		steps[i] = *x
	}
	return steps
}

// play is the replay of RULES 8. A contract or a subscription that ends is a reduction of all its seats there.
func play(steps []step, byPaidNow bool) State {
	var t State
	all := 0
	for _, x := range steps {
		all += x.paid + x.outside
	}
	seats, contractOpen, ownOpen := 0, true, true
	for _, x := range steps {
		seats += x.seats
		delta := x.seats
		switch {
		case x.open != nil && x.own:
			ownOpen = *x.open
		case x.open != nil:
			contractOpen = *x.open
		}
		open := contractOpen && ownOpen
		if x.open == nil && !open {
			delta = 0
		}
		now := seats
		if !open {
			now = 0
		}
		if x.open != nil {
			delta = now - t.Counted
		}
		t.Counted = now
		t.Outside += x.outside
		t.Paid += x.paid
		over := max(0, t.Paid+t.Outside-t.Counted) // what was paid and is not counted
		if byPaidNow {
			over = max(0, all-t.Counted)
		}
		switch {
		case delta > 0: // seats that join take forfeited ones back first
			t.Forfeited -= min(t.Forfeited, delta)
		case delta < 0 && !x.refund:
			t.Forfeited = min(t.Forfeited-delta, over)
		case x.paid < 0:
			t.Forfeited = min(t.Forfeited, over)
		}
		t.Forfeited = max(t.Forfeited, t.Outside-t.Counted) // never credited here
	}
	return t
}
