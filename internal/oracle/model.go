package oracle

import (
	"fmt"
	"math/big"
	"slices"
)

// Contract is a billing contract.
type Contract struct {
	Name       string
	Currency   string
	Places     int // of its currency
	Months     int // of a cycle: 1, 3 or 12
	Arrears    bool
	BillingDay int // Last for the last of the month
	Start      Day
	BillFrom   Day
	Refunds    bool
	End        Day // Never while open

	ends []ending
}

// ending is an end that was entered, changed or taken away (Never).
type ending struct {
	place  int
	end    Day
	refund bool
}

// Row is a change of seats.
type Row struct {
	Place    int // in the order of recording
	On       Day
	Delta    int
	Reached  int  // seats after it
	Refund   bool // of a reduction, fixed when it was recorded
	Aside    bool
	Absorber *Row // the row written again for this one, with which it counts as one
	Absorbs  bool

	outsidePlace int
	outsideUntil Day // zero: not billed elsewhere
}

// PriceRow is a dated price.
type PriceRow struct {
	Place    int
	On       Day
	PerMonth *big.Rat
	Currency string
	Product  string
	Aside    bool
	Person   bool // a person typed it
}

// being is what a subscription is from a day on.
type being struct {
	from    Day
	product string
}

// stay is a contract from a day on.
type stay struct {
	from     Day
	contract *Contract
}

// Subscription is so many seats of one product.
type Subscription struct {
	Name   string
	Start  Day
	Once   bool // bought once: each day's joins are charged on their day, and never prorated
	Rows   []*Row
	Prices []*PriceRow

	m     *Model
	stays []stay
	ends  []ending
	is    []being // none: it never was another product
	paid  []*record
	turn  turn
}

// record is what one invoice, or one line of it, took of one subscription: seats and exact worth of each day.
type record struct {
	place    int
	contract *Contract
	seats    map[Day]int
	worth    map[Day]*big.Rat
	amount   *big.Rat
	goodwill *big.Rat
	standing bool
	void     bool
	again    bool // credited to be billed again
	last     Day  // first day after its lines

	exact      *big.Rat // what standing lines before it were worth exactly
	liveBefore *big.Rat // what live lines before it came to
}

// Model is everything that the rules speak of, in the order in which it was recorded.
type Model struct {
	place  int
	mutant string // one wrong turn, to see that campaigns come upon it; empty: none
}

// Invoice is a run that was drafted.
type Invoice struct {
	Contract *Contract
	Full     bool
	End      Day
	Void     bool
	Lines    map[*Subscription]*big.Rat  // the amount of each subscription; those with nothing have none
	records  map[*Subscription]*record   // what was due
	parts    map[*Subscription][]*record // and the lines that say it
}

func (m *Model) next() int {
	m.place++
	return m.place
}

// Subscribe enters a subscription of so many seats from its start, in a contract.
func (m *Model) Subscribe(name string, seats int, start Day, c *Contract) *Subscription {
	s := &Subscription{m: m, Name: name, Start: start, stays: []stay{{from: -Never, contract: c}}}
	s.Rows = []*Row{{Place: m.next(), On: start, Delta: seats, Reached: seats}}
	return s
}

// rows are those that count, by day and place.
func (s *Subscription) rows() []*Row {
	var out []*Row
	for _, r := range s.Rows {
		if !r.Aside {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b *Row) int {
		if a.On != b.On {
			return int(a.On - b.On)
		}
		return a.Place - b.Place
	})
	return out
}

// SeatsOn are the seats of a day.
func (s *Subscription) SeatsOn(d Day) int {
	n := 0
	for _, r := range s.rows() {
		if r.On <= d {
			n += r.Delta
		}
	}
	return n
}

// Standing are the rows that count, by day and place.
func (s *Subscription) Standing() []*Row { return s.rows() }

// Seats enters a number of seats from a day on; later rows keep what they reached (RULES 1).
func (m *Model) Seats(s *Subscription, seats int, on Day, refund bool) *Row {
	row := &Row{Place: m.next(), On: on, Delta: seats - s.SeatsOn(on), Reached: seats, Refund: refund}
	later := s.after(on)
	s.Rows = append(s.Rows, row)
	if later != nil {
		row.Absorber = again(s, later, later.Reached-seats)
	}
	return row
}

// after is the first row later than a day.
func (s *Subscription) after(on Day) *Row {
	for _, r := range s.rows() {
		if r.On > on {
			return r
		}
	}
	return nil
}

// again sets a row aside and writes it again in its place, with its refund.
func again(s *Subscription, r *Row, delta int) *Row {
	n := *r
	n.Delta, n.Absorbs = delta, true
	r.Aside = true
	if s.m.mutant == RewrittenLast {
		n.Place = s.m.next()
	}
	s.Rows = append(s.Rows, &n)
	for _, o := range s.Rows {
		if o.Absorber == r {
			o.Absorber = &n
		}
	}
	return &n
}

// SetAside takes a row away as a correction; later rows keep what they reached.
func (m *Model) SetAside(s *Subscription, r *Row) {
	m.next()
	before := s.Before(r)
	r.Aside = true
	if later := s.after(r.On); later != nil {
		n := again(s, later, later.Reached-before)
		n.Absorbs = later.Absorbs
	}
}

// Before are the seats that a row found.
func (s *Subscription) Before(r *Row) int { return r.Reached - r.Delta }

// Correct puts another number of seats in the place of a row that has no later one.
func (m *Model) Correct(s *Subscription, r *Row, seats int) *Row {
	m.next()
	n := *r
	n.Delta, n.Reached = seats-s.Before(r), seats
	r.Aside = true
	s.Rows = append(s.Rows, &n)
	return &n
}

// Elsewhere marks the seats of a row as billed elsewhere, up to a day.
func (m *Model) Elsewhere(r *Row, until Day) { r.outsidePlace, r.outsideUntil = m.next(), until }

// IsOutside tells whether a row is billed elsewhere.
func (r *Row) IsOutside() bool { return r.outsideUntil != 0 }

// Price enters a price from a day on. replace sets aside the rows dated after it.
func (m *Model) Price(s *Subscription, perMonth *big.Rat, on Day, replace bool) *PriceRow {
	p := &PriceRow{Place: m.next(), On: on, PerMonth: perMonth, Currency: s.contractOn(on).Currency,
		Product: s.ProductOn(on), Person: true}
	for _, o := range s.Prices {
		if replace && !o.Aside && o.On > on && o.Currency == p.Currency {
			o.Aside = true
		}
	}
	s.Prices = append(s.Prices, p)
	return p
}

// LaterPrices tells whether price rows in the money of a day stand behind it.
func (s *Subscription) LaterPrices(on Day) bool {
	return slices.ContainsFunc(s.Prices, func(p *PriceRow) bool {
		return !p.Aside && p.On > on && p.Currency == s.contractOn(on).Currency
	})
}

// CorrectPrice sets a price row aside and writes it anew.
func (m *Model) CorrectPrice(s *Subscription, p *PriceRow, perMonth *big.Rat, on Day) *PriceRow {
	n := &PriceRow{Place: m.next(), On: on, PerMonth: perMonth, Currency: p.Currency, Product: p.Product,
		Person: true}
	p.Aside = true
	s.Prices = append(s.Prices, n)
	return n
}

// SetPriceAside takes a price row away.
func (m *Model) SetPriceAside(p *PriceRow) { m.next(); p.Aside = true }

// Land is a price that a contract's list gives on landing, from its first day there.
func (m *Model) Land(s *Subscription, perMonth *big.Rat, on Day) *PriceRow {
	c := s.contractOn(on)
	on = max(on, s.Start, c.Start, c.BillFrom)
	if m.mutant == LandingFirst {
		on = s.FirstDay()
	}
	p := &PriceRow{Place: m.next(), On: on, PerMonth: perMonth, Currency: c.Currency, Product: s.ProductOn(on)}
	s.Prices = append(s.Prices, p)
	return p
}

// Move puts a subscription into another contract from a day on.
func (m *Model) Move(s *Subscription, c *Contract, on Day) {
	m.next()
	s.stays = append(s.stays, stay{from: on, contract: c})
}

// Contracts are those the subscription was ever in.
func (s *Subscription) Contracts() []*Contract {
	var out []*Contract
	for _, x := range s.stays {
		if !slices.Contains(out, x.contract) {
			out = append(out, x.contract)
		}
	}
	return out
}

func (s *Subscription) contractOn(d Day) *Contract {
	c := s.stays[0].contract
	for _, x := range s.stays {
		if x.from <= d {
			c = x.contract
		}
	}
	return c
}

// Now is the contract it is in.
func (s *Subscription) Now() *Contract { return s.stays[len(s.stays)-1].contract }

// FirstIn is the first billable day in a contract.
func (s *Subscription) FirstIn(c *Contract) Day {
	first := max(s.Start, c.Start, c.BillFrom, s.turn.from)
	for _, x := range s.stays {
		if x.contract == c {
			return max(first, x.from)
		}
	}
	return Never
}

// FirstDay is its first billable day.
func (s *Subscription) FirstDay() Day { return s.FirstIn(s.stays[0].contract) }

// PriceOn is the price of a day per seat and month; nil when it has none (RULES 5).
func (s *Subscription) PriceOn(d Day) *big.Rat {
	if p := s.priceRow(d); p != nil {
		return p.PerMonth
	}
	return nil
}

func (s *Subscription) priceRow(d Day) *PriceRow {
	var best *PriceRow
	for _, p := range s.Prices {
		if p.Aside || p.On > d || p.Currency != s.contractOn(d).Currency || p.Product != s.ProductOn(d) {
			continue
		}
		if best == nil || p.On > best.On || p.On == best.On && p.Place > best.Place {
			best = p
		}
	}
	return best
}

// Swap makes a subscription another product from a day on.
func (m *Model) Swap(s *Subscription, product string, on Day) {
	m.next()
	s.is = append(s.is, being{from: on, product: product})
}

// ProductOn is what it is on a day; empty: what it was at first.
func (s *Subscription) ProductOn(d Day) string {
	product := ""
	for _, b := range s.is {
		if b.from <= d {
			product = b.product
		}
	}
	return product
}

// EndContract enters the end of a contract, or takes it away with Never.
func (m *Model) EndContract(c *Contract, end Day, refund bool) {
	c.ends = append(c.ends, ending{place: m.next(), end: end, refund: refund})
	c.End = end
}

// End enters the first day on which a subscription is no more, or takes it away with Never.
func (m *Model) End(s *Subscription, end Day, refund bool) {
	s.ends = append(s.ends, ending{place: m.next(), end: end, refund: refund})
}

func (s *Subscription) String() string {
	return fmt.Sprintf("%s (%d seats)", s.Name, s.SeatsOn(Never-1))
}
