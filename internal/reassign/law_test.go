package reassign_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/reassign"
	"seatledger/internal/retire"
	"seatledger/internal/testkit/billtest"
)

// story is one random history told twice: in one world the subscription goes on, in the
// other its history moves to a successor on the way.
type story struct {
	*rapid.T
	plain, moved *house
	timing       string
	billDay      int
	today, last  clock.Date // last: of a change of the ledger
	seats        int
	gone         bool // it has moved
}

// whose is the subscription whose days are now.
func (s *story) whose() uuid.UUID {
	if s.gone {
		return s.moved.new
	}
	return s.moved.old
}

func (s *story) wait(most int) {
	s.today = s.today.AddDays(rapid.IntRange(1, most).Draw(s.T, "days"))
	for _, h := range []*house{s.plain, s.moved} {
		h.World.Today(s.today.String())
	}
}

// day is one on which a change may be dated: some days back, but not before the last one.
func (s *story) day() clock.Date {
	return clock.Later(s.today.AddDays(rapid.IntRange(-12, 3).Draw(s.T, "on")), s.last)
}

func (s *story) change() {
	on := s.day()
	s.last = on
	if rapid.IntRange(0, 3).Draw(s.T, "what") == 0 {
		price := rapid.SampledFrom([]string{"11.35", "7.99", "0.333333", "12"}).Draw(s.T, "price")
		s.plain.Price(s.plain.old, price, on.String())
		s.moved.Price(s.whose(), price, on.String())
		return
	}
	s.seats = rapid.IntRange(1, 14).Draw(s.T, "seats")
	s.plain.Seats(s.plain.old, s.seats, on.String())
	s.moved.Seats(s.whose(), s.seats, on.String())
}

// invoice bills both worlds up to the end of a cycle: that of today, or in arrears the one before.
func (s *story) invoice() {
	end := s.today.AddDays(1 - s.billDay)
	end = end.AddDays(1 - end.Day()).AddDays(s.billDay - 1)
	if s.timing == "advance" {
		end = end.AddMonths(1)
	}
	for _, h := range []*house{s.plain, s.moved} {
		run := billing.Run{ContractID: h.Contract, End: end}
		_, err := h.invoices.Draft(h.Context(), billtest.Bea, billing.Order{Run: run, Late: true})
		if k := errs.KindOf(err); err != nil && k != errs.Conflict && k != errs.Invalid {
			s.Fatal(err)
		}
	}
}

func (s *story) goOn(most int) {
	for range rapid.IntRange(1, most).Draw(s.T, "steps") {
		s.wait(25)
		if rapid.IntRange(0, 2).Draw(s.T, "bill") > 0 {
			s.invoice()
		}
		if rapid.Bool().Draw(s.T, "changes") {
			s.change()
		}
	}
}

// successor brings the new one, with seats and a price of its own, some days ago.
func (s *story) successor(external string, refunds string) (differs func(on clock.Date)) {
	h := s.moved
	n := s.seats + rapid.IntRange(-2, 2).Draw(s.T, "differs by")
	if n < 1 || refunds == "yes" && n < s.seats { // what is given back stands in a test of its own
		n = s.seats
	}
	start := clock.Later(s.today.AddDays(-rapid.IntRange(0, 40).Draw(s.T, "began")), billtest.Day(h, "2026-01-01"))
	h.new = h.Add(external, n, start.String())
	h.hold(h.new)
	price := rapid.SampledFrom([]string{"", "9.49"}).Draw(s.T, "new price")
	if price != "" {
		h.Price(h.new, price, start.String())
	}
	return func(on clock.Date) {
		if n != s.seats {
			s.plain.Seats(s.plain.old, n, on.String())
		}
		s.plain.Price(s.plain.old, or(price, "12"), on.String())
		// The successor's own price of its first day stands: a later change is entered after it.
		s.seats, s.last = n, clock.Later(on, start)
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// move hands the history over on a day, in one of the ways in which it may be done.
func (s *story) move(refunds string, differs func(clock.Date)) {
	h, on := s.moved, s.day()
	if rapid.Bool().Draw(s.T, "undone first") {
		h.do(reassign.Move{Source: h.old, Target: h.new, On: on})
		if rapid.Bool().Draw(s.T, "retired first") {
			h.end()
		}
		if _, err := h.Undo(h.Context(), billtest.Bea, reassign.Back{ID: h.old}); err != nil {
			s.Fatal(err)
		}
	}
	ended := rapid.IntRange(0, 2).Draw(s.T, "ended first") == 0
	if ended {
		end := retire.End{ID: h.old, On: on, Refund: refunds == "yes" && rapid.Bool().Draw(s.T, "refund")}
		if err := h.retire.Deactivate(h.Context(), billtest.Bea, end); err != nil {
			s.Fatal(err)
		}
	}
	h.do(reassign.Move{Source: h.old, Target: h.new, On: on})
	differs(on)
	if !ended {
		if rapid.Bool().Draw(s.T, "later") {
			s.wait(20)
			s.invoice()
		}
		if _, err := h.Retire(h.Context(), billtest.Bea, reassign.Ending{Source: h.old}); err != nil {
			s.Fatal(err)
		}
	}
	s.gone = true
	s.invoice()
}

// paid is the seats of each day on standing lines, by both subscriptions of a world together.
func (s *story) paid(h *house) map[clock.Date]int {
	var lines []struct {
		FromDate, ToDate clock.Date
		Seats            int
	}
	err := h.World.DB.Read(h.Context()).Raw(`SELECT from_date, to_date, seats FROM invoice_lines
		WHERE standing AND kind IN ('cycle', 'catch_up')
		AND subscription_id IN (?, ?)`, h.old, h.new).Scan(&lines).Error
	if err != nil {
		s.Fatal(err)
	}
	out := map[clock.Date]int{}
	for _, l := range lines {
		for d := l.FromDate; d.Before(l.ToDate); d = d.AddDays(1) {
			out[d] += l.Seats
		}
	}
	return out
}

func (s *story) money(h *house) decimal.Decimal {
	return decimal.RequireFromString(h.Text(`SELECT coalesce(sum(amount), 0) FROM invoice_lines
		WHERE live AND subscription_id IN (?, ?)`, h.old, h.new))
}

// owned checks that each day is one subscription's, and paid over both as its owner says.
func (s *story) owned(paid map[clock.Date]int) {
	h := s.moved
	all, err := history.Load(h.Context(), h.World.DB.Read(h.Context()), []uuid.UUID{h.old, h.new})
	if err != nil {
		s.Fatal(err)
	}
	owner := map[clock.Date]uuid.UUID{}
	for id, k := range all {
		for _, d := range k.Days(h.Contract, k.PaidTo(h.Contract)) {
			if d.Due() != 0 {
				s.Fatalf("%s to %s: %+v is due", d.From, d.To, d.Seats)
			}
			for day := d.From; day.Before(d.To); day = day.AddDays(1) {
				if other, twice := owner[day]; twice && other != id {
					s.Fatalf("%s is both's", day)
				}
				owner[day] = id
				if d.Charged() != paid[day] {
					s.Fatalf("%s is paid for %d seats over both, %+v are its owner's", day, paid[day], d.Seats)
				}
			}
		}
	}
	for day, n := range paid {
		if n != 0 && owner[day] == uuid.Nil {
			s.Fatalf("%s is paid, and nobody's", day)
		}
	}
}

func TestEachDayIsBilledOnceOverAMoveAndBothComeToWhatOneWouldHave(t *testing.T) {
	t.Parallel()
	first := billtest.New(t, "2026-01-02", billtest.Terms{})
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		s := &story{T: r, seats: 10, timing: rapid.SampledFrom([]string{"advance", "arrears"}).Draw(r, "timing"),
			billDay: rapid.SampledFrom([]int{1, 15}).Draw(r, "billing day"), today: billtest.Day(t, "2026-01-02"),
			last: billtest.Day(t, "2026-01-01")}
		refunds := rapid.SampledFrom([]string{"yes", "no"}).Draw(r, "refunds")
		world := func(name string) *house {
			h := houseOf(first.Beside("2026-01-02", billtest.Terms{Refunds: refunds, Timing: s.timing, Day: s.billDay}))
			h.old = h.Add(fmt.Sprint(name, n), 10, "2026-01-01")
			return h
		}
		s.plain, s.moved = world("PLAIN-"), world("OLD-")
		s.goOn(4)
		s.move(refunds, s.successor(fmt.Sprint("NEW-", n), refunds))
		s.goOn(3)
		s.today = s.today.AddDays(62)
		s.wait(1)
		s.invoice()
		plain, moved := s.paid(s.plain), s.paid(s.moved)
		for d := billtest.Day(t, "2026-01-01"); d.Before(s.today); d = d.AddDays(1) {
			if plain[d] != moved[d] {
				r.Fatalf("%s is billed for %d seats over a move, for %d without", d, moved[d], plain[d])
			}
		}
		if a, b := s.money(s.plain), s.money(s.moved); a.Sub(b).Abs().GreaterThan(decimal.RequireFromString("0.02")) {
			r.Fatalf("%s over a move, %s without", b, a)
		}
		s.owned(moved)
	})
}
