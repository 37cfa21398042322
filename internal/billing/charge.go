package billing

import (
	"cmp"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/history"
	"seatledger/internal/invoice"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/review"
)

// Charge is one line before it is rounded: so many seats at one price over a period.
type Charge struct {
	Kind    history.Kind
	Period  contract.Period
	Seats   int
	Price   ledger.Amount       // of a seat; of a Reprice, the difference
	Product history.ProductFrom // what it was on these days
	Exact   history.Parts
	Changes []uuid.UUID // the rows it tells of: they began to hold in it
}

// SeatDays is what the charge adds to the seat-days billed. A price makes none, nor does a purchase.
func (c Charge) SeatDays() int {
	if c.Kind == history.Cycle || c.Kind == history.CatchUp {
		return c.Seats * c.Period.Days()
	}
	return 0
}

// Reckoning is what one subscription comes to under one contract up to a day: for
// every day what it is charged for in all, less what was paid of it (RULES 8).
type Reckoning struct {
	history.History
	contract history.Contract
	to       clock.Date
	Charges  []Charge
	// Stopped is why days from `to` on wait, though they are due.
	Stopped review.Reason
	days    []history.Span
}

// Reckon compares two states, never a sum of events: the days as they are now, and
// what standing lines were charged for them.
func Reckon(h history.History, contractID uuid.UUID, to clock.Date) Reckoning {
	r := Reckoning{History: h, contract: h.Contract(contractID), to: clock.Later(to, h.PaidTo(contractID))}
	spans := r.spans()
	for i, s := range spans {
		price, why := r.price(s)
		if why == "" {
			r.add(r.span(s, price)...)
		} else if s.Due() > 0 {
			r.to, r.Stopped, spans = s.From, why, spans[:i]
			break
		}
	}
	if h.Kind != history.OneTime { // a purchase makes no seat-days
		r.days = spans
	}
	r.tell()
	return r
}

// spans are the days to reckon: cut at the ends of cycles, or those of purchases.
func (r *Reckoning) spans() []history.Span {
	if r.Kind == history.OneTime {
		return r.Purchases(r.contract.ID, r.to)
	}
	over := contract.Period{From: clock.Earlier(r.FirstDay(), r.to), To: r.to}
	return r.Days(r.contract.ID, r.to, r.contract.Grid.CycleEnds(over)...)
}

// price is what a seat of a span costs; of days that are not the contract's own, what they were charged at.
func (r *Reckoning) price(s history.Span) (ledger.Amount, review.Reason) {
	p := s.Price.Price.Amount
	if !s.Own && len(s.Lines) > 0 {
		p = s.Lines[0].Price
	} else if !s.Priced {
		return p, NoPrice
	}
	switch {
	case p.Currency != r.contract.Currency:
		return p, OtherMoney
	case r.Kind == history.OneTime && p.Period != money.Once, r.Kind != history.OneTime && p.Period.Months() == 0:
		return p, OddPeriod
	}
	return p, ""
}

// span is what days on which nothing differs come to: seats not paid yet or paid too
// many, and what another price makes of those that are paid.
func (r *Reckoning) span(s history.Span, price ledger.Amount) []Charge {
	out := repriced(s, price)
	if due := s.Due(); due != 0 {
		kind := history.CatchUp
		if r.Kind == history.OneTime {
			kind = history.Once
		} else if due > 0 && !s.InCycle() {
			kind = history.Cycle
		}
		out = append(out, Charge{Kind: kind, Period: s.Period, Seats: due, Price: price})
	}
	return out
}

// repriced is the difference between what the paid seats of a span were charged and
// the price as it is now. Where lines of one period of price say it, it is one line a
// seat; else what was charged is credited by each period and charged anew.
func repriced(s history.Span, price ledger.Amount) []Charge {
	charged := map[money.Period]decimal.Decimal{}
	for _, l := range s.Lines {
		worth := l.Price.Value.Decimal.Mul(decimal.NewFromInt(int64(l.Seats)))
		charged[l.Price.Period] = charged[l.Price.Period].Add(worth)
	}
	maps.DeleteFunc(charged, func(_ money.Period, sum decimal.Decimal) bool { return sum.IsZero() })
	was, same := charged[price.Period]
	if same && len(charged) == 1 || len(charged) == 0 {
		diff := price.Value.Decimal.Mul(decimal.NewFromInt(int64(s.Paid))).Sub(was)
		if diff.IsZero() {
			return nil
		}
		if each, even := evenly(diff, s.Paid); even {
			price.Value = decimal.NewNullDecimal(each)
			return []Charge{{Kind: history.Reprice, Period: s.Period, Seats: s.Paid, Price: price}}
		}
	}
	var out []Charge
	for _, period := range slices.Sorted(maps.Keys(charged)) {
		each, even := evenly(charged[period], s.Paid)
		line := Charge{Kind: history.Reprice, Period: s.Period, Seats: -s.Paid,
			Price: ledger.Amount{Value: decimal.NewNullDecimal(each), Period: period, Currency: price.Currency}}
		if !even {
			line.Seats, line.Price.Value.Decimal = -1, charged[period]
		}
		out = append(out, line)
	}
	return append(out, Charge{Kind: history.Reprice, Period: s.Period, Seats: s.Paid, Price: price})
}

// evenly divides a price among seats, if that comes out even within the six places that a price may have.
func evenly(sum decimal.Decimal, seats int) (decimal.Decimal, bool) {
	if seats == 0 {
		return sum, false
	}
	each := sum.DivRound(decimal.NewFromInt(int64(seats)), 6)
	return each, each.Mul(decimal.NewFromInt(int64(seats))).Equal(sum)
}

// Currency is that of the contract.
func (r *Reckoning) Currency() string { return r.contract.Currency }

// add joins a charge to the one before where they say the same; a cycle's line ends with its cycle.
func (r *Reckoning) add(more ...Charge) {
	for _, c := range more {
		c.Product = r.ProductOn(c.Period.From)
		i := slices.IndexFunc(r.Charges, func(o Charge) bool {
			return o.Kind == c.Kind && c.Kind != history.Once && o.Period.To == c.Period.From && o.Seats == c.Seats &&
				o.Price.Equal(c.Price) && o.Product.ID == c.Product.ID &&
				(c.Kind != history.Cycle || r.contract.Grid.Cycle(c.Period.From).From != c.Period.From)
		})
		if i >= 0 {
			r.Charges[i].Period.To = c.Period.To
			continue
		}
		r.Charges = append(r.Charges, c)
	}
}

// tell prices the charges, orders them, and names on each the rows that began to hold in it.
func (r *Reckoning) tell() {
	slices.SortStableFunc(r.Charges, func(a, b Charge) int {
		return cmp.Or(b.Period.From.DaysUntil(a.Period.From), b.Period.To.DaysUntil(a.Period.To))
	})
	for i, c := range r.Charges {
		if c.Price.Period == money.Once {
			r.Charges[i].Exact = history.Times(c.Price.Value.Decimal, c.Seats)
		} else {
			r.Charges[i].Exact = history.Worth(r.contract.Grid, c.Price, c.Seats, c.Period)
		}
	}
	for i, c := range r.Charges {
		for _, row := range r.Rows {
			if r.tells(c, row) {
				r.Charges[i].Changes = append(r.Charges[i].Changes, row.ID)
			}
		}
	}
}

// tells tells whether a line stands because of a row: of days charged for the first time, that it began to hold in
// them; of days that were charged before, that it was recorded since and changes them.
func (r *Reckoning) tells(c Charge, row history.Row) bool {
	if c.Kind == history.Cycle || c.Kind == history.Once {
		return c.Period.Has(row.On)
	}
	var since history.Place
	for _, l := range r.Lines {
		if l.Standing && l.Period.Has(c.Period.From) && l.Place.Compare(since) > 0 {
			since = l.Place
		}
	}
	ofPrice := row.Event == ledger.Price
	return row.Seq > since.Seq && row.On.Before(c.Period.To) && ofPrice == (c.Kind == history.Reprice)
}

// aheadMonths is how far the first unpaid day is looked for: further than any run has reached.
const aheadMonths = 60

// afterwards tells where billing stands once this is billed: the day after the last that is paid under any contract,
// and the first to be charged then. Under its own contract every day with a price is paid up to where it is reckoned.
func (r *Reckoning) afterwards() (paid, unpaid clock.Date) {
	paid = r.to
	for _, id := range r.Contracts() {
		paid = clock.Later(paid, r.PaidTo(id))
		if r.Kind == history.OneTime {
			continue
		}
		for _, s := range r.Days(id, r.to.AddMonths(aheadMonths), r.to) {
			if s.Due() <= 0 || !s.Priced || id == r.contract.ID && s.From.Before(r.to) {
				continue
			}
			if unpaid.IsZero() || s.From.Before(unpaid) {
				unpaid = s.From
			}
		}
	}
	return paid, unpaid
}

// Standing is what the lines that stand came to exactly, and what live lines other than goodwill did in money.
func (r *Reckoning) Standing() Tally {
	t := Tally{}
	for _, l := range r.Lines {
		if l.Contract != r.contract.ID {
			continue
		}
		if l.Standing {
			t.Exact = t.Exact.Plus(l.Exact)
		}
		if !l.Goodwill {
			t.Billed = t.Billed.Add(l.Amount)
		}
	}
	return t
}

// lowersGoodwill tells whether a charge takes money off days for which goodwill was given.
func (r *Reckoning) lowersGoodwill() bool {
	return slices.ContainsFunc(r.Charges, func(c Charge) bool {
		return c.Exact.IsNegative() && slices.ContainsFunc(r.Lines, func(l history.Line) bool {
			return l.Goodwill && l.Contract == r.contract.ID && !l.Period.Within(c.Period).Empty()
		})
	})
}

// seatDays are those of the days that are reckoned.
func (r *Reckoning) seatDays() invoice.SeatDays {
	var d invoice.SeatDays
	for _, s := range r.days {
		n := s.Days()
		d.Billed += s.Charged() * n
		d.Held += (s.Counted - s.Outside) * n
		d.Forfeited += s.Forfeited * n
	}
	return d
}

// Tally is what the live lines of a subscription in one currency have come to so far.
type Tally struct {
	Exact  history.Parts
	Billed decimal.Decimal
}

// Add gives the amount of the next line: the rounded exact value of all lines up to
// it, less what those before it billed. Each line is rounded once, and over any
// split the sum is the rounded total (RULES 8).
func (t *Tally) Add(exact history.Parts, currency string) decimal.Decimal {
	t.Exact = t.Exact.Plus(exact)
	amount := t.Exact.Rounded(currency).Sub(t.Billed)
	t.Billed = t.Billed.Add(amount)
	return amount
}
