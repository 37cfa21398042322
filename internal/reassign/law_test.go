package reassign_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/reassign"
	"seatledger/internal/testkit/billtest"
)

// story is a random history of two subscriptions, kept day by day beside the product.
type story struct {
	*house
	*rand.Rand
	t       testing.TB
	today   clock.Date
	timing  string
	billDay int
	seats   [2]map[int]int // of the old one and the new one, by day since first
	price   [2]map[int]string
	drafted int
}

const (
	days   = 470
	oldOne = 0
	newOne = 1
)

func (s *story) first() clock.Date { return billtest.Day(s, "2026-01-01") }

func (s *story) day(d clock.Date) int { return s.first().DaysUntil(d) }

func (s *story) from(who int, on clock.Date, seats int, price string) {
	for d := s.day(on); d < days; d++ {
		if seats >= 0 {
			s.seats[who][d] = seats
		}
		if price != "" {
			s.price[who][d] = price
		}
	}
}

func (s *story) wait(n int) {
	s.today = s.today.AddDays(n)
	s.World.Today(s.today.String())
}

// change gives the one that people change other seats or another price, some days back.
func (s *story) change(who int, id uuid.UUID, since clock.Date) {
	on := s.today.AddDays(-s.IntN(9))
	if on.Before(since) {
		on = since
	}
	if s.IntN(4) == 0 {
		price := []string{"11.35", "7.99", "0.333333", "12"}[s.IntN(4)]
		s.Price(id, price, on.String())
		s.from(who, on, -1, price)
		return
	}
	// Only the last word counts here: a day on which seats change later keeps its difference.
	n := s.IntN(14) + 1
	delta := n - s.seats[who][days-1]
	for d := s.day(on); d < days; d++ {
		if s.seats[who][d]+delta < 0 {
			return
		}
	}
	s.Seats(id, n, on.String())
	for d := s.day(on); d < days; d++ {
		s.seats[who][d] += delta
	}
}

func (s *story) invoice(kind billing.RunKind) bool {
	_, err := s.invoices.Draft(s.Context(), billtest.Bea, billing.Order{Run: billing.Run{ContractID: s.Contract, Kind: kind}, Late: true})
	if err == nil {
		s.drafted++
	} else if k := errs.KindOf(err); k != errs.Conflict && k != errs.Invalid {
		s.t.Fatal(err)
	}
	return err == nil
}

// upTo bills every cycle up to a day that is not billed yet.
func (s *story) upTo(day string) {
	for end := s.first().AddDays(s.billDay - 1); !end.After(billtest.Day(s, day)); end = end.AddMonths(1) {
		_, err := s.invoices.Draft(s.Context(), billtest.Bea, billing.Order{Run: billing.Run{ContractID: s.Contract, End: end}, Late: true})
		if k := errs.KindOf(err); err != nil && k != errs.Conflict && k != errs.Invalid {
			s.t.Fatal(err)
		}
	}
}

func (s *story) someInvoice() {
	s.invoice([]billing.RunKind{billing.FullCycle, billing.FullCycle, billing.ChangeLog}[s.IntN(3)])
}

func tell(t *testing.T, seed uint64) *story {
	r := rand.New(rand.NewPCG(seed, 11))
	timing, billDay := []string{"advance", "arrears"}[r.IntN(2)], []int{1, 15}[r.IntN(2)]
	s := &story{t: t, Rand: r, timing: timing, billDay: billDay, house: bare(t, "2026-01-02", billtest.Terms{Refunds: "yes", Timing: timing, Day: billDay})}
	for who := range 2 {
		s.seats[who], s.price[who] = map[int]int{}, map[int]string{}
	}
	s.today = billtest.Day(t, "2026-01-02")
	s.old = s.Add("OLD", 10, "2026-01-01")
	s.from(oldOne, s.first(), 10, "12")
	for range 3 + s.IntN(5) {
		s.wait(s.IntN(25) + 3)
		s.change(oldOne, s.old, s.first())
		if s.IntN(2) == 0 {
			s.someInvoice()
		}
	}
	return s
}

// arrive brings the new one, with its own seats and price, some days ago.
func (s *story) arrive() {
	n := max(0, s.seats[oldOne][days-1]+s.IntN(3)-1) + 1
	start := s.today.AddDays(-s.IntN(60))
	if s.day(start) < 0 {
		start = s.first()
	}
	s.new = s.Add("NEW", n, start.String())
	s.hold(s.new)
	price := "12"
	if s.IntN(2) == 0 {
		price = "9.49"
		s.Price(s.new, price, start.String())
	}
	s.from(newOne, s.first(), n, price)
}

// owed is what all days up to an end are worth, when those before the hand-over are
// the old one's, with the seat-days.
func (s *story) owed(handover, end clock.Date) (*big.Rat, map[int]int) {
	sum, held := new(big.Rat), map[int]int{}
	for d := range s.day(end) {
		who := newOne
		if d < s.day(handover) {
			who = oldOne
		}
		held[d] = s.seats[who][d]
		v, _ := new(big.Rat).SetString(s.price[who][d])
		v.Mul(v, big.NewRat(int64(held[d]), int64(s.monthDays(d))))
		sum.Add(sum, v)
	}
	return sum, held
}

func (s *story) monthDays(d int) int {
	from := s.first().AddDays(d)
	for from.Day() != s.billDay {
		from = from.AddDays(-1)
	}
	return from.DaysUntil(from.AddMonths(1))
}

// billed is the seat-days of each day that the live lines of both bill.
func (s *story) billed() map[int]int {
	var lines []struct {
		FromDate, ToDate clock.Date
		Seats            int
	}
	if err := s.World.DB.Read(s.Context()).Raw(`SELECT from_date, to_date, seats FROM invoice_lines WHERE live AND kind IN ('cycle', 'catch_up')`).Scan(&lines).Error; err != nil {
		s.t.Fatal(err)
	}
	out := map[int]int{}
	for _, l := range lines {
		for d := l.FromDate; d.Before(l.ToDate); d = d.AddDays(1) {
			out[s.day(d)] += l.Seats
		}
	}
	return out
}

func TestEachSeatDayIsBilledOnceOverAMoveToTheCent(t *testing.T) {
	t.Parallel()
	for seed := range uint64(24) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := tell(t, seed)
			last := s.today
			s.arrive()
			m := s.move()
			m.On = last.AddDays(s.IntN(6) - 1)
			if m.On.Before(last) {
				m.On = last
			}
			if s.IntN(2) == 0 {
				m.Unbilled = reassign.TakeAlong
			} else {
				s.invoice(billing.ChangeLog)
			}
			r := s.do(m)
			for d := range s.day(r.SwitchOn) { // the history is the old one's
				s.seats[newOne][d], s.price[newOne][d] = s.seats[oldOne][d], s.price[oldOne][d]
			}
			if s.IntN(3) == 0 {
				s.wait(s.IntN(5))
				s.someInvoice()
			}
			end := r.SwitchOn.AddDays(s.IntN(8) - 2)
			if end.Before(last) || s.IntN(2) == 0 {
				end = r.SwitchOn
			}
			if _, err := s.Retire(t.Context(), billtest.Bea, reassign.Ending{Source: s.old, On: end}); err != nil {
				t.Fatal(err)
			}
			for range s.IntN(5) {
				s.wait(s.IntN(25) + 10)
				s.change(newOne, s.new, end.AddDays(8))
				s.someInvoice()
			}
			s.World.Today("2027-02-20")
			s.upTo("2027-02-15")

			handover := end
			if r.Taken {
				handover = r.SwitchOn
			}
			through := billtest.Day(t, s.Text(`SELECT billed_through FROM subscriptions WHERE id = ?`, s.new))
			owed, held := s.owed(handover, through)
			for d, n := range s.billed() {
				if n != held[d] {
					t.Fatalf("seed %d (%s, taken %v, switch %s, end %s): %s is billed for %d seats, %d were held", seed, s.timing, r.Taken, r.SwitchOn, end, s.first().AddDays(d), n, held[d])
				}
				delete(held, d)
			}
			for d, n := range held {
				if n != 0 {
					t.Fatalf("seed %d (%s, taken %v, switch %s, end %s): %s is not billed, %d were held", seed, s.timing, r.Taken, r.SwitchOn, end, s.first().AddDays(d), n)
				}
			}
			paid, _ := new(big.Rat).SetString(s.Text(`SELECT sum(amount) FROM invoice_lines WHERE live`))
			if off := new(big.Rat).Sub(paid, owed); off.Abs(off).Cmp(big.NewRat(1, 100)) > 0 {
				t.Fatalf("seed %d (%s, taken %v, switch %s, end %s): paid %s, owed %s", seed, s.timing, r.Taken, r.SwitchOn, end, paid.FloatString(2), owed.FloatString(6))
			}
			if got := s.Text(`SELECT string_agg(forfeited_days::text, ',') FROM invoice_coverage WHERE subscription_id = ? AND forfeited_days <> 0`, s.new); got != "" {
				t.Errorf("seed %d (taken %v): %s seat-days forfeited by the target", seed, r.Taken, got)
			}
		})
	}
}
