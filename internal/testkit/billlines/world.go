package billlines

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// World makes bills and invoices of some months by the vendor's rules (recon.md 1.4 and 3), and plants faults whose
// money it reckons itself, in cents and whole numbers. It knows nothing of the engine.
type World struct {
	*rand.Rand
	months       int
	n            int
	Bill, Billed []string // lines of both files
	Want         []string // kind, subscription, money and currency of each fault
}

// NewWorld makes the world of a seed, with all that is no fault and each fault once, in any order.
func NewWorld(seed uint64) *World {
	w := &World{Rand: rand.New(rand.NewPCG(seed, 11)), months: 3 + int(seed%4)}
	w.sound()
	w.faults()
	w.Shuffle()
	return w
}

// held is a subscription as the world keeps it.
type held struct {
	id, currency string
	unit         int64 // cents a month
	rate         int64 // in ten thousandths
	seats        int64
	charges      []made // whole cycles
	sales        []made
}

type made struct {
	from, to time.Time
	seats    int64
	cents    int64
	event    string
}

var firstMonth = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func days(from, to time.Time) int64 { return int64(to.Sub(from).Hours()) / 24 }

func cents(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// short is an amount as the result writes it.
func short(n int64) string {
	s := strings.TrimRight(cents(n), "0")
	return strings.TrimSuffix(s, ".")
}

// half rounds half away from zero.
func half(n, by int64) int64 {
	if n < 0 {
		return -half(-n, by)
	}
	return (2*n + by) / (2 * by)
}

func (w *World) charge(h *held, word, frequency string, m made, unit int64) {
	w.n++
	to := ""
	if !m.to.IsZero() {
		to = m.to.Format(time.DateOnly)
	}
	rate := ""
	if h.rate != 10000 {
		rate = fmt.Sprintf("%d.%04d", h.rate/10000, h.rate%10000)
	}
	seats := m.seats
	if w.IntN(2) == 0 && seats < 0 {
		seats = -seats // the sign is in the amount
	}
	w.Bill = append(w.Bill, strings.Join([]string{fmt.Sprintf("A%d", w.n), "C", "Customer of " + h.id, "", h.id, "",
		"",
		"P-" + h.id, "Product", "P1Y", frequency, word, m.from.Format(time.DateOnly), to, fmt.Sprint(seats),
		cents(unit),
		cents(m.cents), "", h.currency, rate, m.event}, ","))
}

func (w *World) sell(h *held, m made, unit int64, period string) {
	w.n++
	w.Billed = append(w.Billed, strings.Join([]string{fmt.Sprintf("B%d", w.n), "I", h.id, "full_cycle", "",
		m.from.Format(time.DateOnly), m.to.Format(time.DateOnly), "", fmt.Sprint(m.seats), cents(unit), period,
		cents(m.cents), h.currency, "", "", "Customer of " + h.id, "P-" + h.id}, ","))
}

func (w *World) expect(kind string, h *held, once int64) {
	w.Want = append(w.Want, kind+" "+h.id+" "+short(once)+" "+h.currency)
}

func (w *World) hold(name string) *held {
	h := &held{id: fmt.Sprintf("%s-%d", name, w.n), currency: "USD", rate: 10000, unit: 200 + w.Int64N(6000),
		seats: 2 + w.Int64N(40)}
	w.n++
	if w.IntN(5) == 0 {
		h.currency = "EUR"
	}
	return h
}

// cycles are the calendar months of the world.
func (w *World) cycles() (out []made) {
	for i := range w.months {
		out = append(out, made{from: firstMonth.AddDate(0, i, 0), to: firstMonth.AddDate(0, i+1, 0)})
	}
	return out
}

// plain charges and bills each calendar month; change may alter what it makes before it is written.
func (w *World) plain(name string, change func(h *held)) *held {
	h := w.hold(name)
	for _, c := range w.cycles() {
		c.seats, c.cents = h.seats, h.unit*h.seats
		h.charges = append(h.charges, c)
		c.cents = (h.unit + 300) * h.seats
		h.sales = append(h.sales, c)
	}
	sale := h.unit + 300
	if change != nil {
		change(h)
	}
	for i, c := range h.charges {
		w.charge(h, []string{"cycleCharge", "renew", "CycleCharge"}[i%3], "monthly", c, h.unit)
	}
	for _, s := range h.sales {
		w.sell(h, s, sale, "month")
	}
	return h
}

// truncated is a price for so many of the days of a cycle, rounded down for all seats or for each.
func (w *World) truncated(unit, rate, seats, part, of int64) int64 {
	if w.IntN(2) == 0 {
		return unit * rate * part / (of * 10000) * seats
	}
	return unit * rate * part * seats / (of * 10000)
}

// changing has anniversary cycles, seats that change within them, an exchange rate and months of ours.
func (w *World) changing() {
	h := w.hold("changing")
	if w.IntN(2) == 0 {
		h.rate = 8500 + w.Int64N(3000)
	}
	on := 1 + w.IntN(28)
	start := firstMonth.AddDate(0, -1, on-1)
	end := firstMonth.AddDate(0, w.months, 0)
	type step struct {
		at    time.Time
		seats int64
	}
	seats := h.seats
	steps := []step{{start, seats}}
	for at := start; at.Before(end); at = at.AddDate(0, 1, 0) {
		to := at.AddDate(0, 1, 0)
		of := days(at, to)
		w.charge(h, "cycleCharge", "monthly", made{from: at, to: to, seats: seats,
			cents: w.truncated(h.unit, h.rate, seats, 1, 1)}, h.unit)
		if w.IntN(2) == 0 {
			continue
		}
		event := at.AddDate(0, 0, 1+w.IntN(int(of)-1))
		now := max(1, seats+w.Int64N(9)-4)
		if now == seats {
			continue
		}
		word := "addQuantity"
		if now < seats {
			word = "removeQuantity"
		}
		left, ref := days(event, to), fmt.Sprintf("E%d", w.n)
		w.charge(h, word, "monthly", made{from: event, to: to, seats: -seats, event: ref,
			cents: -w.truncated(h.unit, h.rate, seats, left, of)}, h.unit)
		w.charge(h, word, "monthly", made{from: event, to: to, seats: now, event: ref,
			cents: w.truncated(h.unit, h.rate, now, left, of)}, h.unit)
		seats = now
		if event.Before(end) {
			steps = append(steps, step{event, seats})
		}
	}
	sale := h.unit*h.rate/10000 + 200
	steps = append(steps, step{end, 0})
	for i, s := range steps[:len(steps)-1] {
		for from := s.at; from.Before(steps[i+1].at); {
			next := time.Date(from.Year(), from.Month()+1, 1, 0, 0, 0, 0, time.UTC)
			to := next
			if steps[i+1].at.Before(to) {
				to = steps[i+1].at
			}
			if !from.Before(firstMonth) {
				m := made{from: from, to: to, seats: s.seats}
				m.cents = half(sale*s.seats*days(from, to), days(next.AddDate(0, -1, 0), next))
				w.sell(h, m, sale, "month")
			}
			from = to
		}
	}
}

// sound is what a bill has that no fault is.
func (w *World) sound() {
	for range 6 {
		w.changing()
		w.plain("plain", nil)
	}
	h := w.plain("replaced", nil) // an invoice replaced by a credit and another one
	c := h.charges[0]
	c.cents, c.seats = -c.cents, -c.seats
	w.charge(h, "credit", "monthly", c, h.unit)
	w.charge(h, "new", "monthly", h.charges[0], h.unit)

	h = w.hold("trial")
	c = w.cycles()[1]
	c.seats = 25
	w.charge(h, "new", "monthly", c, 0)

	h = w.hold("undone")
	c.seats, c.cents = h.seats, h.unit*h.seats
	w.charge(h, "new", "monthly", c, h.unit)
	c.seats, c.cents = -h.seats, -h.unit*h.seats
	w.charge(h, "cancelImmediate", "monthly", c, h.unit)

	h = w.plain("credited", nil)
	w.charge(h, "customerCredit", "", made{from: firstMonth, to: firstMonth.AddDate(0, 1, 0), seats: -1,
		cents: -777}, 777)

	h = w.hold("year") // paid at once, sold by the month
	from := firstMonth.AddDate(0, -2, 0)
	w.charge(h, "new", "", made{from: from, to: from.AddDate(1, 0, 0), seats: h.seats, cents: 12 * h.unit * h.seats},
		12*h.unit)
	for _, m := range w.cycles() {
		m.seats, m.cents = h.seats, (h.unit+100)*h.seats
		w.sell(h, m, h.unit+100, "month")
	}

	h = w.hold("month's end") // cycles from the last day of each month
	for i := range w.months + 1 {
		from, to := firstMonth.AddDate(0, i, -1), firstMonth.AddDate(0, i+1, -1)
		w.charge(h, "cycleCharge", "monthly", made{from: from, to: to, seats: h.seats, cents: h.unit * h.seats},
			h.unit)
	}
	for _, m := range w.cycles() {
		m.seats, m.cents = h.seats, (h.unit+100)*h.seats
		w.sell(h, m, h.unit+100, "month")
	}

	h = w.hold("used")
	c = w.cycles()[1]
	c.seats, c.cents = 3, 15563
	w.charge(h, "usage", "", c, 86)
	c.seats, c.cents = 1, 20000
	w.sell(h, c, 20000, "once")
}

// faults are planted one to a subscription.
func (w *World) faults() {
	last := w.months - 1
	mid := 1 + w.IntN(last-1)
	h := w.plain("unbilled", func(h *held) { h.sales = nil })
	w.expect("only_on_bill", h, int64(w.months)*h.unit*h.seats)

	h = w.plain("ghost", func(h *held) { h.charges = nil })
	w.expect("only_here", h, -int64(w.months)*(h.unit+300)*h.seats)

	h = w.plain("fewer", func(h *held) { h.sales[mid].seats-- })
	w.expect("quantity", h, h.unit)

	h = w.plain("more", func(h *held) { h.sales[mid].seats += 3 })
	w.expect("quantity", h, -3*h.unit)

	h = w.plain("dropped", func(h *held) { h.sales = slices.Delete(h.sales, mid, mid+1) })
	w.expect("not_billed_on", h, h.unit*h.seats)

	late := int64(3 + w.IntN(20))
	h = w.plain("late", func(h *held) { h.sales[mid].from = h.sales[mid].from.AddDate(0, 0, int(late)) })
	c := h.charges[mid]
	w.expect("period", h, half(c.cents*late, days(c.from, c.to)))

	h = w.plain("twice", nil)
	w.charge(h, []string{"cycleCharge", "renew", "CycleCharge"}[mid%3], "monthly", h.charges[mid], h.unit)
	w.expect("double", h, h.unit*h.seats)

	over := int64(1+w.IntN(500)) + 60
	h = w.plain("dear", func(h *held) { h.charges[mid].cents += over })
	w.expect("price", h, over)

	h = w.plain("cheap", func(h *held) { h.charges[mid].cents -= over })
	w.expect("price", h, -over)

	h = w.plain("missing", func(h *held) { h.charges = slices.Delete(h.charges, mid, mid+1) })
	w.expect("period", h, -h.unit*h.seats)

	h = w.plain("ended here", func(h *held) { h.sales = h.sales[:mid] }) // and still charged
	w.expect("not_billed_on", h, int64(w.months-mid)*h.unit*h.seats)

	h = w.plain("ended there", func(h *held) { h.charges = h.charges[:mid] }) // and still billed
	w.expect("period", h, -int64(w.months-mid)*h.unit*h.seats)

	w.risen(last)
	w.foreign(mid)
	w.belowCost()
	w.events(mid)
	w.withoutDays(mid)
}

func (w *World) risen(last int) {
	h := w.plain("risen", func(h *held) { h.charges = h.charges[:last] })
	c := w.cycles()[last]
	c.seats, c.cents = h.seats, (h.unit+50)*h.seats
	w.charge(h, "renew", "monthly", c, h.unit+50)
	w.expect("price", h, 50*h.seats)
}

func (w *World) foreign(mid int) {
	var c made
	h := w.plain("foreign", func(h *held) {
		c = h.charges[mid]
		h.charges = slices.Delete(h.charges, mid, mid+1)
	})
	h.currency = "GBP"
	w.charge(h, "cycleCharge", "monthly", c, h.unit)
	w.expect("currency", h, c.cents)
}

func (w *World) belowCost() {
	h := w.hold("loss")
	for _, c := range w.cycles() {
		c.seats, c.cents = h.seats, h.unit*h.seats
		w.charge(h, "cycleCharge", "monthly", c, h.unit)
		c.cents -= 30 * h.seats
		w.sell(h, c, h.unit-30, "month")
	}
	w.expect("billed_below_cost", h, int64(w.months)*30*h.seats)
}

// events plants an addition that we do not bill, and one that the bill has twice.
func (w *World) events(mid int) {
	for _, name := range []string{"added", "added twice"} {
		var net int64
		h := w.plain(name, nil)
		c := h.charges[mid]
		from := c.from.AddDate(0, 0, 1+w.IntN(25))
		left, of := days(from, c.to), days(c.from, c.to)
		back := made{from: from, to: c.to, seats: -h.seats, cents: -(h.unit * left * h.seats / of), event: "V" + h.id}
		anew := made{from: from, to: c.to, seats: h.seats + 2, event: "V" + h.id}
		anew.cents = h.unit * left * anew.seats / of
		net = back.cents + anew.cents
		w.charge(h, "addQuantity", "monthly", back, h.unit)
		w.charge(h, "addQuantity", "monthly", anew, h.unit)
		if name == "added" {
			w.expect("not_billed_on", h, net)
			continue
		}
		w.charge(h, "addQuantity", "monthly", anew, h.unit)
		w.charge(h, "addQuantity", "monthly", back, h.unit)
		w.expect("double", h, net)
		sale := h.unit + 300
		w.sell(h, made{from: from, to: c.to, seats: 2, cents: half(sale*2*left, of)}, sale, "month")
	}
}

// withoutDays plants faults of what is bought once and of what was used.
func (w *World) withoutDays(mid int) {
	day := w.cycles()[mid].from.AddDate(0, 0, 9)
	one := func(name string, times int, sold, sale int64) *held {
		h := w.hold(name)
		for range times {
			w.charge(h, "new", "one_time", made{from: day, seats: h.seats, cents: h.unit * h.seats}, h.unit)
		}
		if sold > 0 {
			m := made{from: day, to: day, seats: h.seats + sold - 10}
			m.cents = (h.unit + sale) * m.seats
			w.sell(h, m, h.unit+sale, "once")
		}
		return h
	}
	one("once", 1, 10, 100)
	h := one("once unbilled", 1, 0, 0)
	w.expect("only_on_bill", h, h.unit*h.seats)
	h = one("once twice", 2, 10, 100)
	w.expect("double", h, h.unit*h.seats)
	h = one("once fewer", 1, 9, 100)
	w.expect("quantity", h, h.unit)
	h = one("once loss", 1, 10, -40)
	w.expect("billed_below_cost", h, 40*h.seats)

	h = w.hold("used unbilled")
	c := w.cycles()[mid]
	c.seats, c.cents = 7, 4321
	w.charge(h, "usage", "", c, 613)
	w.expect("only_on_bill", h, 4321)
	h = w.hold("used loss")
	w.charge(h, "usage", "", c, 613)
	c.seats, c.cents = 1, 4000
	w.sell(h, c, 4000, "once")
	w.expect("billed_below_cost", h, 321)
}

// Shuffle puts the lines of both sides in another order.
func (w *World) Shuffle() {

	w.Rand.Shuffle(len(w.Bill), func(i, j int) { w.Bill[i], w.Bill[j] = w.Bill[j], w.Bill[i] })
	w.Rand.Shuffle(len(w.Billed), func(i, j int) { w.Billed[i], w.Billed[j] = w.Billed[j], w.Billed[i] })
}
