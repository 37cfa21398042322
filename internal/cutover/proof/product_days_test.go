package proof

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"seatledger/internal/clock"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	_ "seatledger/internal/testkit/samehistories"
)

var dayOne = clock.NewDate(2026, time.January, 1)

func on(n int) clock.Date { return dayOne.AddDays(n) }

// story is a twin as it is moved in days counted from dayOne, told so simply that
// who has a day can be read off arrays.
type story struct {
	seats   []int // what the customer really holds, by day
	turn    int
	from    int // the new one's first billable day
	closed  int // the old one's first day without seats; -1: not closed
	frozen  bool
	held    bool
	oldBill [2]int // days billed on the old one
	newBill [2]int
	extra   [3]int // so many seats billed once more on the new one, over days
	caught  bool   // the new one has billed what differs over the days that the old one had billed
	credits bool   // fewer seats are given back
}

const horizon = 120

func drawStory(t *rapid.T) story {
	s := story{seats: make([]int, horizon), turn: rapid.IntRange(20, 80).Draw(t, "turn"), closed: -1, frozen: true}
	moves := rapid.MapOfN(rapid.IntRange(1, horizon-1), rapid.IntRange(-5, 5), 0, 6).Draw(t, "moves")
	n := rapid.IntRange(1, 20).Draw(t, "first")
	for d := range s.seats {
		n = max(1, n+moves[d])
		s.seats[d] = n
	}
	s.from, s.closed = s.turn, s.turn
	billed := rapid.IntRange(0, 100).Draw(t, "billed")
	s.oldBill = [2]int{0, billed}
	through := max(s.turn, billed)
	if end := rapid.IntRange(0, horizon).Draw(t, "new billed"); end > through {
		s.newBill = [2]int{through, end}
	}
	return s
}

// days is the story as the ledgers and invoices would have it.
func (s story) days() productDays {
	old := &side{Number: "L1", Over: s.closed >= 0, Running: true}
	if s.frozen {
		old.Frozen = on(s.turn)
	}
	fresh := &side{Number: "N1", Held: s.held, Running: true, From: on(s.from), Most: s.most}
	was, wasOld := 0, 0
	for d, n := range s.seats {
		fresh.Seats, was = stepped(fresh.Seats, d, n-was), n
		if d >= s.from {
			fresh.Own = append(fresh.Own, stretch{on(d), on(d + 1), n})
		}
		if s.frozen && d >= s.turn || s.closed >= 0 && d >= s.closed {
			n = 0
		}
		if n > 0 {
			old.Own = append(old.Own, stretch{on(d), on(d + 1), n})
		}
		if s.frozen && s.closed < 0 && d >= s.turn {
			n = wasOld
		}
		old.Seats, wasOld = stepped(old.Seats, d, n-wasOld), n
	}
	if s.closed >= 0 {
		old.ClosedHere = []clock.Date{on(s.closed)}
	}
	for d := s.oldBill[0]; d < s.oldBill[1]; d++ {
		paid := stretch{on(d), on(d + 1), s.seats[min(d, s.turn-1)]}
		if d < s.turn {
			old.Billed = append(old.Billed, paid)
			continue
		}
		fresh.Billed, fresh.Moved = append(fresh.Billed, paid), append(fresh.Moved, paid)
		s.catchUp(fresh, d)
	}
	for d := s.newBill[0]; d < s.newBill[1]; d++ {
		fresh.Billed = append(fresh.Billed, stretch{on(d), on(d + 1), s.seats[d]})
	}
	for d := s.extra[0]; d < s.extra[1]; d++ {
		fresh.Billed = append(fresh.Billed, stretch{on(d), on(d + 1), s.extra[2]})
	}
	return productDays{Pairs: []pairDays{{Kind: pairing.Twin, Old: old, New: fresh,
		Switch: boundary{Day: on(s.turn), Fixed: true}}}}
}

// most is the most seats that counted for a day since the old one's lines were made.
func (s story) most(day clock.Date) int {
	most := 0
	for d := s.turn - 1; d <= dayOne.DaysUntil(day) && d < horizon; d++ {
		most = max(most, s.seats[d])
	}
	return most
}

// catchUp bills on the new one what differs on a day that the old one had billed.
func (s story) catchUp(fresh *side, d int) {
	if !s.caught {
		return
	}
	paid, forfeited := 0, 0
	for e := s.turn; e <= d; e++ {
		delta := s.seats[e] - s.seats[e-1]
		switch {
		case delta < 0 && s.credits:
			paid += delta
		case delta < 0:
			forfeited -= delta
		default:
			back := min(forfeited, delta)
			forfeited, paid = forfeited-back, paid+delta-back
		}
	}
	fresh.Billed = append(fresh.Billed, stretch{on(d), on(d + 1), paid})
	fresh.Forfeited = append(fresh.Forfeited, stretch{on(d), on(d + 1), forfeited})
}

func stepped(t ledger.Timeline, d, delta int) ledger.Timeline {
	if delta == 0 {
		return t
	}
	return t.Add(on(d), delta)
}

// verdicts are the worst things of each day, without the changes that need a person.
func (l productDays) verdicts(t interface{ Fatalf(string, ...any) }) map[int]Segment {
	l.Acknowledged = nil
	out := map[int]Segment{}
	segments := l.segments(on(horizon))
	for i, s := range segments {
		if i > 0 && (segments[i-1].To != s.From || segments[i-1].same(s)) {
			t.Fatalf("segments do not join, or should be one: %+v %+v", segments[i-1], s)
		}
		for d := s.From; d.Before(s.To); d = d.AddDays(1) {
			out[dayOne.DaysUntil(d)] = s
		}
	}
	return out
}

// expect compares every day with what a plain array says.
func (s story) expect(t *rapid.T, want func(d int) Verdict) {
	got := s.days().verdicts(t)
	for d := range horizon {
		v := got[d].Verdict
		if v == Changed && d == s.turn { // the customer's seats changed on that very day
			continue
		}
		if v != want(d) {
			t.Fatalf("day %d (%s): %s (%s), want %s\n%+v", d, on(d), v, got[d].Why, want(d), s)
		}
	}
}

func only(on bool, v Verdict) Verdict {
	if on {
		return v
	}
	return OK
}

func TestAMoveAsItShouldBeCoversEveryDayOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		s.expect(t, func(int) Verdict { return OK })
		for d, seg := range s.days().verdicts(t) {
			if d < horizon && d >= 0 && seg.Before+seg.After != s.seats[d] {
				t.Fatalf("day %d: %d and %d seats, the customer holds %d", d, seg.Before, seg.After, s.seats[d])
			}
		}
	})
}

func TestTheOldOneEndedTooEarlyLeavesAGap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		s.closed, s.oldBill, s.newBill = rapid.IntRange(1, s.turn).Draw(t, "closed"), [2]int{}, [2]int{}
		s.expect(t, func(d int) Verdict { return only(d >= s.closed && d < s.turn, Gap) })
	})
}

func TestTheOldOneEndedTooLateIsADouble(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		s.frozen, s.closed = false, rapid.IntRange(s.turn, 100).Draw(t, "closed")
		s.oldBill, s.newBill = [2]int{}, [2]int{}
		s.held = rapid.Bool().Draw(t, "held")
		s.expect(t, func(d int) Verdict {
			if s.held && d >= s.closed {
				return Waiting
			}
			return only(d >= s.turn && d < s.closed, Double)
		})
	})
}

func TestTheNewOneFromAnotherDayThanTheSwitchIsAGapOrADouble(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		s.from, s.oldBill, s.newBill = rapid.IntRange(1, 100).Draw(t, "from"), [2]int{}, [2]int{}
		s.expect(t, func(d int) Verdict {
			if d >= s.turn && d < s.from {
				return Gap
			}
			return only(d >= s.from && d < s.turn, Double)
		})
	})
}

func TestDaysBilledOnBothSidesAreDouble(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		from := rapid.IntRange(s.turn, 100).Draw(t, "new from")
		s.newBill = [2]int{from, from + rapid.IntRange(1, 10).Draw(t, "new days")}
		s.expect(t, func(d int) Verdict {
			both := d < s.oldBill[1] && d >= s.newBill[0] && d < s.newBill[1]
			return only(both && s.seats[s.turn-1]+s.seats[d] > s.most(on(d)), Double)
		})
	})
}

func TestUntilTheOldOneIsRetiredTheNewOnesDaysWait(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		s.held, s.newBill, s.closed = true, [2]int{}, -1
		s.frozen = rapid.Bool().Draw(t, "confirmed")
		s.expect(t, func(d int) Verdict { return only(d >= s.turn, Waiting) })
	})
}

func twinOf(old, fresh int) pairDays {
	return pairDays{Kind: pairing.Twin, Switch: boundary{Day: on(30), Fixed: true}, Confirmed: true,
		Old: &side{Seats: ledger.Timeline{{On: on(0), Delta: old}, {On: on(30), Delta: -old}}, Frozen: on(30),
			Over: true, Price: priced("10", money.Month)},
		New: &side{Seats: ledger.Timeline{{On: on(0), Delta: fresh}}, From: on(30), Running: true,
			Price: priced("120", money.Year)}}
}

func priced(amount string, p money.Period) func(clock.Date) ledger.Amount {
	return func(clock.Date) ledger.Amount {
		return ledger.Amount{Value: decimal.NewNullDecimal(decimal.RequireFromString(amount)), Period: p,
			Currency: "USD"}
	}
}

func told(l productDays) []string {
	var out []string
	for _, c := range l.changes(dayOne) {
		out = append(out, fmt.Sprintf("%s %s>%s %s %s", c.What, c.Before, c.After, c.Day, c.Verdict()))
	}
	return out
}

func TestAChangeOverTheSwitchWaitsForAPersonAndAnotherFigureForAnotherWord(t *testing.T) {
	t.Parallel()
	l := productDays{Pairs: []pairDays{twinOf(10, 12)}}
	if diff := cmp.Diff([]string{"quantity 10>12 2026-01-31 changed"}, told(l)); diff != "" {
		t.Fatal(diff)
	}
	if got := l.verdicts(t)[30].Verdict; got != Changed {
		t.Error(got)
	}
	l.Acknowledged = []Acknowledgement{{What: QuantityChanged, Fingerprint: l.changes(dayOne)[0].Fingerprint,
		AcknowledgedBy: "Bea"}}
	if diff := cmp.Diff([]string{"quantity 10>12 2026-01-31 acknowledged"}, told(l)); diff != "" {
		t.Error(diff)
	}
	l.Pairs = []pairDays{twinOf(10, 13)}
	if diff := cmp.Diff([]string{"quantity 10>13 2026-01-31 changed"}, told(l)); diff != "" {
		t.Error(diff)
	}
}

func TestAPriceIsComparedPerMonth(t *testing.T) {
	t.Parallel()
	same := twinOf(10, 10)
	if got := told(productDays{Pairs: []pairDays{same}}); got != nil {
		t.Errorf("10 a month and 120 a year: %v", got)
	}
	same.New.Price = priced("11", money.Month)
	if diff := cmp.Diff([]string{"price 10 USD per month>11 USD per month 2026-01-31 changed"},
		told(productDays{Pairs: []pairDays{same}})); diff != "" {
		t.Error(diff)
	}
	same.New.Price = nil
	if diff := cmp.Diff([]string{"price 10 USD per month>no price 2026-01-31 changed"},
		told(productDays{Pairs: []pairDays{same}})); diff != "" {
		t.Error(diff)
	}
	same.Confirmed = false
	if got := told(productDays{Pairs: []pairDays{same}}); got != nil {
		t.Errorf("confirming may still carry it over: %v", got)
	}
	same.Old.Price, same.New.Price = nil, priced("11", money.Month)
	if got := told(productDays{Pairs: []pairDays{same}}); got != nil {
		t.Errorf("a price that was never known here: %v", got)
	}
}

func TestSeatsThatMoveTogetherAreOneSumPerProduct(t *testing.T) {
	t.Parallel()
	a, b := twinOf(5, 10), pairDays{Kind: pairing.Ended, Switch: boundary{Day: on(30), Fixed: true}}
	b.Old = twinOf(5, 0).Old
	if got := told(productDays{Pairs: []pairDays{a, b}}); got != nil {
		t.Errorf("five and five became ten: %v", got)
	}
	if diff := cmp.Diff([]string{"ended 5>0 2026-01-31 changed"}, told(productDays{Pairs: []pairDays{b}})); diff != "" {
		t.Error(diff)
	}
}

func TestASubscriptionOfItsOwnIsNewOnItsFirstDay(t *testing.T) {
	t.Parallel()
	p := pairDays{Kind: pairing.New, Switch: boundary{Day: on(30), Fixed: true},
		New: &side{Seats: ledger.Timeline{{On: on(40), Delta: 3}}, Running: true}}
	if diff := cmp.Diff([]string{"new 0>3 2026-02-10 changed"}, told(productDays{Pairs: []pairDays{p}})); diff != "" {
		t.Error(diff)
	}
	p.New.Held = true
	if got := (productDays{Pairs: []pairDays{p}}).verdicts(t); got[40].Verdict != Changed ||
		got[41].Verdict != Waiting {
		t.Errorf("held back: %+v", got[41])
	}
}

func TestWithoutADecisionDaysAreUndecidedFromTheSwitchOn(t *testing.T) {
	t.Parallel()
	open := boundary{Day: on(60)}
	old := pairDays{Switch: open, Old: &side{Seats: ledger.Timeline{{On: on(0), Delta: 4}}, Running: true}}
	fresh := pairDays{Switch: open,
		New: &side{Seats: ledger.Timeline{{On: on(50), Delta: 4}}, Held: true, Asks: true, Running: true}}
	got := productDays{Pairs: []pairDays{old, fresh}}.verdicts(t)
	if got[59].Verdict != OK || got[60].Verdict != Undecided || got[60].Before != 4 || got[60].After != 0 {
		t.Errorf("%+v %+v", got[59], got[60])
	}
}

func TestAnEndThatTheDistributorReportsIsNoGapButAClosingHereIs(t *testing.T) {
	t.Parallel()
	p := twinOf(10, 10)
	p.New.Seats = p.New.Seats.Add(on(45), -10)
	if got := (productDays{Pairs: []pairDays{p}}).verdicts(t)[50].Verdict; got != OK {
		t.Errorf("ended there: %s", got)
	}
	p.New.ClosedHere = []clock.Date{on(45)}
	if got := (productDays{Pairs: []pairDays{p}}).verdicts(t)[50].Verdict; got != Gap {
		t.Errorf("closed here: %s", got)
	}
}

func TestADecisionWithOneSideMissingIsUndecidedFromTheSwitchOn(t *testing.T) {
	t.Parallel()
	whole := twinOf(10, 10)
	strayed := whole
	strayed.Old = &side{Seats: whole.Old.Seats, Frozen: whole.Old.Frozen, Strayed: "It is gone. Map it back."}
	for name, p := range map[string]pairDays{
		"twin without the old one": {Kind: pairing.Twin, Switch: whole.Switch, New: whole.New, Confirmed: true},
		"twin without the new one": {Kind: pairing.Twin, Switch: whole.Switch, Old: whole.Old, Confirmed: true},
		"ended, without it":        {Kind: pairing.Ended, Switch: whole.Switch, New: whole.New},
		"new, without it":          {Kind: pairing.New, Switch: whole.Switch, Old: whole.Old},
		"no longer the customer's": strayed,
	} {
		l := productDays{Pairs: []pairDays{p}}
		got := l.verdicts(t)
		if before := got[29].Verdict; before != "" && before != OK || got[30].Verdict != Undecided ||
			got[30].Why == "" {
			t.Errorf("%s: %+v %+v", name, got[29], got[30])
		}
		_, _ = forfeited(l.segments(on(horizon)))
		(&Customer{}).add(l, Product{})
		if c := l.changes(dayOne); len(c) > 0 {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestACatchUpOfADifferenceIsNoDoubleAndMoreThanEverCountedIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		s.newBill, s.caught, s.credits = [2]int{}, true, rapid.Bool().Draw(t, "credits")
		s.expect(t, func(int) Verdict { return OK })
		if s.oldBill[1] <= s.turn {
			return
		}
		from := rapid.IntRange(s.turn, s.oldBill[1]-1).Draw(t, "extra from")
		s.extra = [3]int{from, rapid.IntRange(from+1, s.oldBill[1]).Draw(t, "extra to"),
			rapid.IntRange(1, 40).Draw(t, "extra seats")}
		fresh := s.days().Pairs[0].New
		s.expect(t, func(d int) Verdict {
			day := on(d)
			billed, moved := seatsOn(fresh.Billed, day), seatsOn(fresh.Moved, day)
			return only(d >= s.extra[0] && d < s.extra[1] && billed > moved &&
				billed > s.most(day)+seatsOn(fresh.Forfeited, day), Double)
		})
	})
}
