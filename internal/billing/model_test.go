package billing

import (
	"math/big"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
)

// The model: day by day and in fractions, with none of the code under test. It keeps
// what each day was charged, and what was forfeited when a row was closed without refund.
type model struct {
	rows      []mrow
	began     int // day numbers
	through   int
	billDay   int
	first     clock.Date // day 0
	value     *big.Rat   // charged
	forfeit   *big.Rat
	forfeited int // seat-days
	billed    int // seat-days
}

type mrow struct {
	on    int
	delta int
	price *big.Rat // of a month; nil: not a price row
	open  bool
}

func (m *model) seats(d int, include func(mrow) bool) int {
	n := 0
	for _, r := range m.rows {
		if r.on <= d && include(r) {
			n += r.delta
		}
	}
	return n
}

func (m *model) perMonth(d int, include func(mrow) bool) *big.Rat {
	p, at := big.NewRat(12, 1), -1<<30
	for _, r := range m.rows {
		if r.price != nil && r.on <= d && r.on >= at && include(r) {
			p, at = r.price, r.on
		}
	}
	return p
}

func (m *model) charge(d int, include func(mrow) bool) *big.Rat {
	v := new(big.Rat).SetInt64(int64(m.seats(d, include)))
	v.Mul(v, m.perMonth(d, include))
	return v.Quo(v, new(big.Rat).SetInt64(int64(m.monthDays(d))))
}

// monthDays looks forth and back for the days on which a contract month begins.
func (m *model) monthDays(d int) int {
	begins := func(d int) bool {
		on := m.first.AddDays(d)
		if m.billDay == contract.LastDay {
			return on.AddDays(1).Day() == 1
		}
		return on.Day() == m.billDay
	}
	from, to := d, d+1
	for !begins(from) {
		from--
	}
	for !begins(to) {
		to++
	}
	return to - from
}

func all(mrow) bool     { return true }
func taken(r mrow) bool { return !r.open }

// closeUnrefunded notes what was charged already and is closed without refund.
func (m *model) closeUnrefunded(r mrow) {
	for d := max(r.on, m.began); d < m.through; d++ {
		before := m.charge(d, taken)
		m.rows = append(m.rows, r)
		before.Sub(before, m.charge(d, taken))
		m.rows = m.rows[:len(m.rows)-1]
		m.forfeit.Add(m.forfeit, before)
		m.forfeited -= r.delta
	}
	m.rows = append(m.rows, r)
}

func (m *model) invoice(to int) {
	for d := m.began; d < m.through; d++ {
		m.value.Add(m.value, m.charge(d, all))
		m.value.Sub(m.value, m.charge(d, taken))
		m.billed += m.seats(d, all) - m.seats(d, taken)
	}
	for d := m.through; d < to; d++ {
		m.value.Add(m.value, m.charge(d, all))
		m.billed += m.seats(d, all)
	}
	m.through = max(m.through, to)
	for i := range m.rows {
		m.rows[i].open = m.rows[i].open && m.rows[i].on >= m.through
	}
}

func (m *model) held() (days int, value *big.Rat) {
	value = new(big.Rat)
	for d := m.began; d < m.through; d++ {
		days += m.seats(d, all)
		value.Add(value, m.charge(d, all))
	}
	return days, value
}

// desk bills the same with the code under test, as the rooms do.
type desk struct {
	book     Book
	tally    Tally
	currency string
	billed   int
	lines    []line
}

type line struct {
	Charge
	amount decimal.Decimal
}

func (d *desk) invoice(r *rapid.T, to clock.Date) {
	cs, err := d.book.Charges(to, d.currency)
	if err != nil {
		r.Fatal(err)
	}
	settled := slices.Concat(d.book.Settled(to), d.book.Unbilled())
	for _, c := range cs {
		d.billed += c.SeatDays()
		d.lines = append(d.lines, line{c, d.tally.Add(c.Exact, d.currency)})
	}
	if d.book.Began.IsZero() {
		d.book.Began = d.book.Starts()
	}
	d.book.Rows = slices.Clone(d.book.Rows)
	for i, row := range d.book.Rows {
		if slices.Contains(settled, row.ID) {
			d.book.Rows[i].Open = false
		}
	}
	d.book.Through = later(d.book.Starts(), to)
}

func (d *desk) total() decimal.Decimal {
	sum := decimal.Zero
	for _, l := range d.lines {
		sum = sum.Add(l.amount)
	}
	return sum
}

var first = day("2026-01-01")

func usd(p string, period money.Period) ledger.Amount {
	return ledger.Amount{Value: decimal.NewNullDecimal(decimal.RequireFromString(p)), Period: period, Currency: "USD"}
}

// world drives both with the same events.
type world struct {
	*rapid.T
	desk
	model
	base ledger.Amount
}

func newWorld(r *rapid.T) *world {
	g := Grid{Day: rapid.SampledFrom([]int{1, 15, 28, contract.LastDay}).Draw(r, "billing day"), Months: rapid.SampledFrom([]int{1, 3, 12}).Draw(r, "months"), Start: first}
	began := rapid.IntRange(0, 40).Draw(r, "bill from")
	w := &world{T: r, base: usd("12", money.Month)}
	w.desk = desk{currency: "USD", book: Book{Current: w.base, Grid: g, From: first.AddDays(began), Floor: first.AddDays(began)}}
	w.model = model{first: first, began: began, through: began, billDay: g.Day, value: new(big.Rat), forfeit: new(big.Rat)}
	return w
}

func (w *world) add(on, delta int, open bool) {
	w.book.Rows = append(w.book.Rows, Row{ID: uuid.New(), Seq: int64(len(w.book.Rows)), Event: ledger.Update, On: first.AddDays(on), Delta: delta, Open: open})
	r := mrow{on: on, delta: delta, open: open}
	if delta < 0 && !open {
		w.closeUnrefunded(r)
		return
	}
	w.model.rows = append(w.model.rows, r)
}

func (w *world) reprice(on int, p string, period money.Period) {
	before := w.base
	for _, r := range w.book.Rows {
		if r.Event == ledger.Price {
			before = r.Price
		}
	}
	now := usd(p, period)
	w.book.Rows = append(w.book.Rows, Row{ID: uuid.New(), Seq: int64(len(w.book.Rows)), Event: ledger.Price, On: first.AddDays(on), Price: now, Before: before, Open: true})
	w.book.Current = now
	perMonth, _ := new(big.Rat).SetString(p)
	perMonth.Quo(perMonth, new(big.Rat).SetInt64(int64(period.Months())))
	w.model.rows = append(w.model.rows, mrow{on: on, price: perMonth, open: true})
}

const horizon = 400

// spare is how many seats can be taken from a day on.
func (w *world) spare(on int) int {
	least := 1 << 30
	for d := on; d <= horizon; d++ {
		least = min(least, w.seats(d, all))
	}
	return least
}

func (w *world) change(refundsOnly bool) {
	r := w.T
	on := rapid.IntRange(0, 300).Draw(r, "on")
	switch kind := rapid.SampledFrom([]string{"add", "add", "reduce", "price", "end", "again"}).Draw(r, "change"); kind {
	case "add", "again":
		w.add(on, rapid.IntRange(1, 9).Draw(r, "seats"), true)
	case "price":
		w.reprice(on, rapid.SampledFrom([]string{"7.35", "100", "0.333333", "1"}).Draw(r, "price"), rapid.SampledFrom([]money.Period{money.Month, money.Quarter, money.Year, money.ThreeYears}).Draw(r, "period"))
	default:
		n := w.spare(on)
		if n == 0 {
			return
		}
		if kind == "reduce" {
			n = rapid.IntRange(1, n).Draw(r, "fewer")
		}
		w.add(on, -n, refundsOnly || rapid.Bool().Draw(r, "refund"))
	}
}

func (w *world) bill(to int) {
	w.desk.invoice(w.T, first.AddDays(to))
	w.model.invoice(to)
}

func (w *world) agree() {
	exact, _ := new(big.Rat).SetString(w.tally.Exact.String())
	exact.Quo(exact, new(big.Rat).SetInt64(Denominator))
	if exact.Cmp(w.value) != 0 {
		w.Fatalf("charged %s, the model %s", exact.FloatString(8), w.value.FloatString(8))
	}
	if w.desk.billed != w.model.billed {
		w.Fatalf("billed %d seat-days, the model %d", w.desk.billed, w.model.billed)
	}
	if got, want := w.total(), w.tally.Exact.Rounded("USD"); !got.Equal(want) {
		w.Fatalf("lines sum to %s, the exact total is %s", got, want)
	}
}

func (w *world) balanced() {
	days, value := w.model.held()
	value.Add(value, w.forfeit)
	if value.Cmp(w.value) != 0 {
		w.Fatalf("held and forfeited are worth %s, charged %s", value.FloatString(8), w.value.FloatString(8))
	}
	stand := w.book.Stand(w.book.Through, w.desk.billed)
	if stand != (SeatDays{Billed: days + w.forfeited, Held: days, Forfeited: w.forfeited}) {
		w.Fatalf("%+v, the model held %d and forfeited %d", stand, days, w.forfeited)
	}
}

func TestEachSeatDayIsBilledOnceHoweverChangesAndInvoicesFollowEachOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(r)
		w.add(rapid.IntRange(0, 60).Draw(r, "starts"), rapid.IntRange(1, 20).Draw(r, "seats"), true)
		for range rapid.IntRange(0, 12).Draw(r, "steps") {
			if rapid.IntRange(0, 2).Draw(r, "step") > 0 {
				w.change(false)
				continue
			}
			w.bill(rapid.IntRange(w.through, 320).Draw(r, "to"))
			w.agree()
		}
		w.bill(330)
		w.agree()
		w.balanced()
	})
}
