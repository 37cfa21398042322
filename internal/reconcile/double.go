package reconcile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// counted is what makes lines one count of seats: a product with calling minutes is charged in two lines for the
// same seats (recon.md 6, 17), whose money is added and whose seats are not.
type counted struct {
	span
	word, seats, id, currency string
	event                     uint64
}

// sort is what tells such lines apart.
type sort struct{ part, product, unit string }

// mark finds second lines of the same seats, and lines that another one takes back whole.
func mark(ps []priced) {
	if len(ps) < 2 {
		return
	}
	markSeconds(ps)
	markTakenBack(ps)
}

func markSeconds(ps []priced) {
	by := map[counted][]int{}
	for i, p := range ps {
		if p.once() || p.id() == "" || p.seats.IsZero() || p.free() {
			continue
		}
		k := p.counted()
		by[k] = append(by[k], i)
	}
	for _, at := range by {
		first := slices.MinFunc(at, func(a, b int) int {
			return cmp.Or(ps[b].unit.Cmp(ps[a].unit), cmp.Compare(ps[a].part, ps[b].part),
				cmp.Compare(ps[a].product, ps[b].product))
		})
		for _, i := range at {
			ps[i].second = ps[i].sort() != ps[first].sort()
		}
	}
}

func (p priced) sort() sort { return sort{p.part, p.product, p.unit.String()} }

// markTakenBack pairs a charge with the refund of the same seats, days and money: an invoice that was replaced, or a
// purchase that was cancelled at once.
func markTakenBack(ps []priced) {
	type key struct {
		span
		id, part, product, seats, amount string
	}
	open := map[key][]int{}
	for i, p := range ps {
		k := key{p.span, p.id(), p.part, p.product, p.seats.Abs().String(), p.amount.Abs().String()}
		waiting := open[k]
		if n := len(waiting); n > 0 && ps[waiting[n-1]].amount.Sign() == -p.amount.Sign() && p.amount.Sign() != 0 {
			ps[waiting[n-1]].takenBack, ps[i].takenBack = true, true
			open[k] = waiting[:n-1]
			continue
		}
		open[k] = append(waiting, i)
	}
}

// leaveToOthers sets days aside that another bill charges and on which this one has no more than a charge and its
// refund: it says nothing of them in the end.
func (g *group) leaveToOthers() {
	if len(g.claimed) == 0 {
		return
	}
	for i := range g.charges {
		p := &g.charges[i]
		stands := func(o priced) bool { return !o.takenBack && !o.once() && o.meets(p.span) }
		claims := func(s span) bool { return s.covers(p.span) }
		if p.takenBack && !p.once() && slices.ContainsFunc(g.claimed, claims) &&
			!slices.ContainsFunc(g.charges, stands) {
			g.aside = joined(append(g.aside, p.span))
		}
	}
}

// bundle is the lines of one event on the same days, such as the refund of ten seats and the charge of twelve.
type bundle struct {
	at   []int // in the group's charges
	what string
}

// doubles looks for what the bill charges twice for the same seats and days, as far as we bill it once.
type doubles struct {
	g      *group
	days   *calendar
	gone   []bool
	firsts map[counted]int // lines that count their seats
	copies map[string]int  // of one line
	once   decimal.Decimal // seats charged without days beyond what we bill
}

// checkDoubles takes doubles out: whole events first, then single lines, and second lines of seats at last.
func (g *group) checkDoubles() {
	if len(g.charges) < 2 {
		return
	}
	d := &doubles{g: g, gone: make([]bool, len(g.charges)), firsts: map[counted]int{}, copies: map[string]int{}}
	charged, here := g.onceSeats()
	d.once = charged.Sub(here)
	for i := range g.charges {
		if p := &g.charges[i]; p.second {
			d.copies[p.what()]++
		} else {
			d.firsts[p.counted()]++
		}
	}
	d.takeOut(d.eventsAgain())
	d.takeOut(d.linesAgain(false))
	d.takeOut(d.linesAgain(true))
	kept := g.charges[:0:0]
	for i, p := range g.charges {
		if !d.gone[i] {
			kept = append(kept, p)
		}
	}
	g.charges = kept
}

func (p *priced) counted() counted {
	return counted{p.span, p.word, p.seats.String(), p.id(), p.currency, p.event}
}

// what is all that a line says but its own number and reference.
func (p *priced) what() string {
	return strings.Join([]string{p.ids[0], p.ids[1], p.span.String(), p.word, p.part, p.product, p.currency,
		p.seats.String(), p.unit.String(), p.amount.String()}, "\x00")
}

// eventsAgain are events that the bill has again, line for line.
func (d *doubles) eventsAgain() (again []bundle) {
	type key struct {
		span
		id, word, currency string
		event              uint64
	}
	var order []key
	by := map[key][]int{}
	for i := range d.g.charges {
		p := &d.g.charges[i]
		k := key{p.span, p.id(), p.word, p.currency, p.event}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], i)
	}
	known := map[string]bool{}
	for _, k := range order {
		for _, b := range d.g.bundles(by[k]) {
			if known[b.what] {
				again = append(again, b)
			}
			known[b.what] = true
		}
	}
	return again
}

// bundles are the lines of one event, parted as often as all of them stand in it. What takes nothing back is no such
// event.
func (g *group) bundles(at []int) []bundle {
	if len(at) < 2 || !slices.ContainsFunc(at, func(i int) bool { return g.charges[i].amount.Sign() < 0 }) {
		return nil
	}
	var kinds []string
	by := map[string][]int{}
	for _, i := range at {
		w := g.charges[i].what()
		if by[w] == nil {
			kinds = append(kinds, w)
		}
		by[w] = append(by[w], i)
	}
	if len(kinds) < 2 {
		return nil
	}
	slices.Sort(kinds)
	times := len(at)
	for _, w := range kinds {
		times = min(times, len(by[w]))
	}
	out := make([]bundle, times)
	for n := range out {
		out[n].what = strings.Join(kinds, "\x01")
		for _, w := range kinds {
			out[n].at = append(out[n].at, by[w][n])
		}
	}
	return out
}

// linesAgain are single lines that the bill has again.
func (d *doubles) linesAgain(second bool) (again []bundle) {
	known := map[string]bool{}
	for i := range d.g.charges {
		p := &d.g.charges[i]
		if d.gone[i] || p.takenBack || p.usage || p.second != second || p.amount.IsZero() {
			continue
		}
		w := p.what()
		if known[w] {
			again = append(again, bundle{at: []int{i}, what: w})
		}
		known[w] = true
	}
	return again
}

func (d *doubles) takeOut(again []bundle) {
	for _, b := range again {
		if slices.ContainsFunc(b.at, func(i int) bool { return d.gone[i] }) || !d.tooMany(b) {
			continue
		}
		d.g.foundDouble(b)
		seats := d.seats(b)
		for _, i := range b.at {
			d.gone[i] = true
			if p := &d.g.charges[i]; p.second {
				d.copies[p.what()]--
			} else {
				d.firsts[p.counted()]--
			}
		}
		first := d.g.charges[b.at[0]]
		if first.once() {
			d.once = d.once.Sub(seats)
			continue
		}
		for _, s := range d.on(first.span) {
			s.charged = s.charged.Sub(seats)
		}
	}
}

// seats are what a bundle adds to the seats of its days.
func (d *doubles) seats(b bundle) (n decimal.Decimal) {
	for _, i := range b.at {
		if !d.g.charges[i].second {
			n = n.Add(d.g.charges[i].seats)
		}
	}
	return n
}

// on are the compared stretches of the days of a line.
func (d *doubles) on(s span) (out []*stretch) {
	if d.days == nil {
		d.days = d.g.calendar()
	}
	s = s.within(d.g.window)
	for i := d.days.at(s.from); i < len(d.days.all) && d.days.all[i].to <= s.to; i++ {
		if d.days.all[i].aside == 0 {
			out = append(out, &d.days.all[i])
		}
	}
	return out
}

// tooMany tells whether the bill charges at least these seats more than we bill, on all days of the lines; of a
// refund, that it gives back so many more.
func (d *doubles) tooMany(b bundle) bool {
	first := &d.g.charges[b.at[0]]
	seats := d.seats(b)
	switch {
	case first.second && len(b.at) == 1:
		return d.copies[first.what()] > d.firsts[first.counted()]
	case seats.IsZero():
		return false
	case first.once():
		return d.once.Sign() == seats.Sign() && d.once.Abs().GreaterThanOrEqual(seats.Abs())
	}
	if d.days == nil {
		d.days = d.g.calendar()
	}
	days := first.within(d.g.window)
	for i := d.days.at(days.from); i < len(d.days.all) && d.days.all[i].to <= days.to; i++ {
		s := &d.days.all[i]
		apart := s.charged.Add(s.implied).Sub(s.billed)
		if s.aside == 0 && (apart.Sign() != seats.Sign() || apart.Abs().LessThan(seats.Abs())) {
			return false
		}
	}
	return true
}

func (g *group) foundDouble(b bundle) {
	f := finding{since: g.charges[b.at[0]].from, currency: g.charges[b.at[0]].currency,
		why: "Charged again for the same seats and days"}
	for _, i := range b.at {
		p := g.charges[i]
		f.bill = append(f.bill, p.line)
		f.once, f.month = f.once.Add(p.amount), f.month.Add(p.aMonth(p.amount))
	}
	if f.once.Sign() < 0 {
		f.why = "Given back again for the same seats and days"
	}
	g.find(Double, f)
}
