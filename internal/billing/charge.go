package billing

import (
	"errors"
	"slices"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// Kind is what a charge is for.
type Kind string

// The kinds. Only cycle lines charge days for the first time; they never overlap.
const (
	Cycle   Kind = "cycle"
	CatchUp Kind = "catch_up" // seats of days that were billed before the row was known
	Reprice Kind = "price"    // the difference a price makes over such days
	Once    Kind = "once"     // a purchase, never prorated
)

// Charge is one line before it is rounded: so many seats at one price over a period.
type Charge struct {
	Kind    Kind
	Period  Period
	Seats   int
	Price   ledger.Amount // of a seat; of a Reprice, the difference
	Exact   Parts
	Changes []uuid.UUID // the rows whose first charge or credit it is
}

// SeatDays is what the charge adds to the seat-days billed. A price makes none, nor does a purchase.
func (c Charge) SeatDays() int {
	if c.Kind == Cycle || c.Kind == CatchUp {
		return c.Seats * c.Period.Days()
	}
	return 0
}

// Why a book cannot be billed.
var (
	ErrNoPrice  = errors.New("billing: a day has no price")
	ErrCurrency = errors.New("billing: a price in another currency")
	ErrPeriod   = errors.New("billing: the price's period does not fit")
)

// Charges is what an invoice up to the day to takes of the book (RULES 8): for every
// open row effective before Through the difference it makes up to there, and every
// day from Through on with its seats at its price.
func (b Book) Charges(to clock.Date, currency string) ([]Charge, error) {
	if b.OneTime {
		return checked(b.purchases(to), currency, money.Once)
	}
	return checked(slices.Concat(b.differences(), b.days(to)), currency, "")
}

// Settled are the open rows whose first charge or credit the invoice takes.
func (b Book) Settled(to clock.Date) []uuid.UUID {
	var ids []uuid.UUID
	for _, r := range b.sorted() {
		if r.Open && r.On.Before(later(to, b.Starts())) && !b.beforeBilling(r) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// Unbilled are the open rows dated before the first day that is billed at all: they count, and are never charged by themselves.
func (b Book) Unbilled() []uuid.UUID {
	var ids []uuid.UUID
	for _, r := range b.Rows {
		if r.Open && b.beforeBilling(r) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func (b Book) beforeBilling(r Row) bool { return b.Through.IsZero() && r.On.Before(b.From) }

// differences are what open rows make of days that are billed already. Each is set
// beside the rows before it, so that together they come to the whole difference.
func (b Book) differences() []Charge {
	if b.Through.IsZero() {
		return nil
	}
	var out []Charge
	var known []Row
	for _, r := range b.sorted() {
		if !r.Open {
			known = append(known, r)
		}
	}
	for _, r := range b.sorted() {
		if !r.Open || !r.On.Before(b.Through) {
			continue
		}
		with := append(slices.Clone(known), r)
		with = Book{Rows: with}.sorted()
		over := Period{From: later(r.On, b.Floor), To: b.Through}
		for _, p := range cut(over, b.breaks(with)) {
			out = append(out, b.difference(r, known, with, p)...)
		}
		known = with
	}
	return out
}

// difference is what one row makes of days of one quantity and price.
func (b Book) difference(r Row, known, with []Row, p Period) []Charge {
	var out []Charge
	was, is := b.price(known, p.From), b.price(with, p.From)
	if n := seats(with, p.From) - seats(known, p.From); n != 0 {
		out = append(out, b.charge(Charge{Kind: CatchUp, Period: p, Seats: n, Price: is, Changes: []uuid.UUID{r.ID}}))
	}
	if n := seats(known, p.From); n != 0 && !was.Equal(is) {
		out = append(out, b.reprice(r, p, n, was, is)...)
	}
	return out
}

// reprice is the difference of two prices over the same seats. Two prices for
// different periods cannot be subtracted: the old is credited and the new charged.
func (b Book) reprice(r Row, p Period, n int, was, is ledger.Amount) []Charge {
	line := Charge{Kind: Reprice, Period: p, Seats: n, Price: is, Changes: []uuid.UUID{r.ID}}
	if was.Period == is.Period && was.Currency == is.Currency && was.Value.Valid && is.Value.Valid {
		line.Price.Value.Decimal = is.Value.Decimal.Sub(was.Value.Decimal)
		return []Charge{b.charge(line)}
	}
	credit := line
	credit.Seats, credit.Price = -n, was
	return []Charge{b.charge(credit), b.charge(line)}
}

// days charges every day that is not billed yet, cut where seats or price change and where a cycle ends.
func (b Book) days(to clock.Date) []Charge {
	rows := b.sorted()
	over := Period{From: b.Starts(), To: to}
	var out []Charge
	for _, p := range cut(over, append(b.breaks(rows), b.cycleEnds(over)...)) {
		n, price := due(rows, p.From), b.price(rows, p.From)
		last := len(out) - 1
		if last >= 0 && out[last].Seats == n && out[last].Price.Equal(price) && out[last].Period.To == p.From && !b.Grid.EndsOn(p.From) {
			out[last].Period.To = p.To
			continue
		}
		out = append(out, Charge{Kind: Cycle, Period: p, Seats: n, Price: price})
	}
	out = slices.DeleteFunc(out, func(c Charge) bool { return c.Seats == 0 })
	for i := range out {
		out[i] = b.charge(out[i])
	}
	b.attach(out, rows, over)
	return out
}

// attach names on each line the open rows that began to count in it; one whose own
// days have no seats stands on the nearest line.
func (b Book) attach(lines []Charge, rows []Row, over Period) {
	if len(lines) == 0 {
		return
	}
	for _, r := range rows {
		if !r.Open || !r.On.Before(over.To) || r.On.Before(over.From) {
			continue
		}
		at := slices.IndexFunc(lines, func(c Charge) bool { return r.On.Before(c.Period.To) })
		if at < 0 {
			at = len(lines) - 1
		}
		lines[at].Changes = append(lines[at].Changes, r.ID)
	}
}

// purchases charges each open row once, whole, on its day. What the provider ends is no return of the purchase.
func (b Book) purchases(to clock.Date) []Charge {
	rows := b.sorted()
	var out []Charge
	for _, r := range rows {
		ended := (r.Event == ledger.Deactivate || r.Event == ledger.Activate) && r.Reason != ledger.ByPerson && r.Reason != ledger.ByCutover
		if !r.Open || r.Delta == 0 || ended || !r.On.Before(later(to, b.Starts())) || b.beforeBilling(r) {
			continue
		}
		c := Charge{Kind: Once, Period: Period{From: r.On, To: r.On.AddDays(1)}, Seats: r.Delta, Price: b.price(rows, r.On), Changes: []uuid.UUID{r.ID}}
		c.Exact = times(c.Price.Value.Decimal, c.Seats)
		out = append(out, c)
	}
	return out
}

func (b Book) charge(c Charge) Charge {
	if c.Price.Period.Months() > 0 {
		c.Exact = b.Grid.prorated(c.Price, c.Seats, c.Period)
	}
	return c
}

// checked refuses charges of which one cannot be reckoned. want is the only period they may have; empty: any of months.
func checked(cs []Charge, currency string, want money.Period) ([]Charge, error) {
	for _, c := range cs {
		fits := c.Price.Period.Months() > 0
		if want != "" {
			fits = c.Price.Period == want
		}
		switch {
		case !c.Price.Value.Valid:
			return nil, ErrNoPrice
		case c.Price.Currency != currency:
			return nil, ErrCurrency
		case !fits:
			return nil, ErrPeriod
		}
	}
	return cs, nil
}

// breaks are the days on which rows change the seats or the price.
func (b Book) breaks(rows []Row) []clock.Date {
	var days []clock.Date
	for _, r := range rows {
		days = append(days, r.On)
		if !r.Elsewhere.IsZero() {
			days = append(days, r.Elsewhere)
		}
	}
	return days
}

func (b Book) cycleEnds(over Period) []clock.Date {
	var days []clock.Date
	for day := over.From; day.Before(over.To); {
		day = b.Grid.Cycle(day).To
		days = append(days, day)
	}
	return days
}

// cut divides a period at days, which may lie outside of it and repeat.
func cut(p Period, days []clock.Date) []Period {
	days = slices.Clone(days)
	slices.SortFunc(days, func(a, b clock.Date) int { return b.DaysUntil(a) })
	var out []Period
	for _, d := range days {
		if d.After(p.From) && d.Before(p.To) {
			out = append(out, Period{From: p.From, To: d})
			p.From = d
		}
	}
	if !p.Empty() {
		out = append(out, p)
	}
	return out
}
