package proof

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// Totals compares the last day of the old subscriptions with the first of the new ones.
type Totals struct {
	SeatsBefore int
	SeatsAfter  int
	Months      []MonthlyChange // by currency
	// subscriptions whose price per month is not known: they are in the seats, not in the money
	Unpriced  int
	Forfeited int // seat-days that were billed, held by nobody, and not given back
	Late      int // of them, from the switch on
}

// MonthlyChange is what a month costs the customer, before and after.
type MonthlyChange struct {
	Currency      string
	Before, After decimal.Decimal
}

// Add sums two.
func (t *Totals) Add(o Totals) {
	t.SeatsBefore += o.SeatsBefore
	t.SeatsAfter += o.SeatsAfter
	t.Unpriced += o.Unpriced
	t.Forfeited, t.Late = t.Forfeited+o.Forfeited, t.Late+o.Late
	for _, m := range o.Months {
		t.month(m)
	}
}

func (t *Totals) month(m MonthlyChange) {
	i, found := slices.BinarySearchFunc(t.Months, m,
		func(a, b MonthlyChange) int { return cmp.Compare(a.Currency, b.Currency) })
	if !found {
		t.Months = slices.Insert(slices.Clone(t.Months), i, m)
		return
	}
	t.Months[i].Before, t.Months[i].After = t.Months[i].Before.Add(m.Before), t.Months[i].After.Add(m.After)
}

func (c *Customer) add(l productDays, p Product) {
	c.Forfeited, c.Late = c.Forfeited+p.Forfeited, c.Late+p.Late
	for _, s := range l.Pairs {
		last := s.Switch.Day.AddDays(-1)
		before, was := s.seatsOn(last)
		after, is := s.seatsOn(s.Switch.Day)
		c.SeatsBefore, c.SeatsAfter = c.SeatsBefore+before, c.SeatsAfter+after
		c.worth(before, was, func(m *MonthlyChange, d decimal.Decimal) { m.Before = d })
		c.worth(after, is, func(m *MonthlyChange, d decimal.Decimal) { m.After = d })
	}
}

// seatsOn is the seats of a pairDays that somebody pays for on the last day of the old
// or the first of the new ones, as decided, and their price.
func (p pairDays) seatsOn(day clock.Date) (int, ledger.Amount) {
	old := day.Before(p.Switch.Day)
	switch {
	case p.Old != nil && old && p.Kind != "":
		return p.Old.known(day), p.Old.price(day)
	case p.Old != nil && p.Kind == "":
		return p.Old.asOld(day), p.Old.price(day)
	case p.Kind == pairing.Twin || p.Kind == pairing.New && !old:
		return p.New.promised(day), p.New.price(day)
	case p.Kind == "" && !p.New.Asks:
		return p.New.asNew(day), p.New.price(day)
	}
	return 0, ledger.Amount{}
}

// worth adds seats times the price of a month; once-prices and unknown ones have none.
func (c *Customer) worth(seats int, price ledger.Amount, set func(*MonthlyChange, decimal.Decimal)) {
	if seats == 0 {
		return
	}
	each, ok := money.PerMonth(price.Value.Decimal, price.Period)
	if !price.Value.Valid || !ok {
		c.Unpriced++
		return
	}
	m := MonthlyChange{Currency: price.Currency}
	set(&m, each.Mul(decimal.NewFromInt(int64(seats))))
	c.month(m)
}
