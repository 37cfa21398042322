package retire_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/internal/retire"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/billtest"
)

// The case that showed it: an invoice is cut between the closing and the return. The
// days up to its beginning were paid, those that it took were not.
func TestAnInvoiceInBetweenDoesNotChargeForfeitedDaysAgain(t *testing.T) {
	t.Parallel()
	h := open(t, "no")
	h.Add("S2", 1, "2026-03-22") // so that there is something to bill
	h.end(false)                 // on 22 March; March is paid
	h.Price(h.id, "13", "2026-04-15")
	h.bill("2026-05-01")
	h.World.Today("2026-04-11")
	on := billtest.Day(t, "2026-03-25")
	seen, err := h.Look(t.Context(), []uuid.UUID{h.id}, on)
	if err != nil || !seen[0].Amount.Decimal.IsZero() || seen[0].SeatDays != 0 || seen[0].PaidDays != 70 {
		t.Errorf("what it says before: %s for %d seat-days, %d paid, %v", seen[0].Amount.Decimal, seen[0].SeatDays,
			seen[0].PaidDays, err)
	}
	if err := h.Activate(t.Context(), billtest.Bea, retire.Return{ID: h.id, On: on}); err != nil {
		t.Fatal(err)
	}
	may := h.bill("2026-06-01")
	want := "cycle 2026-04-01 2026-04-15 10 56, cycle 2026-04-15 2026-05-01 10 69.33, cycle 2026-05-01 2026-06-01 10 " +
		"130"
	if got := h.lines(may); got != want {
		t.Error(got)
	}
	got := h.Text(`SELECT concat_ws(' ', billed_days, held_days, forfeited_days) FROM invoice_coverage
		WHERE invoice_id = ? AND subscription_id = ?`,
		may, h.id)
	if got != "920 890 30" { // three days of ten seats were kept
		t.Errorf("billed, held, forfeited: %s", got)
	}
}

// A purchase has no days: it comes back without being charged again, and what is bought beside it is.
func TestAPurchaseThatComesBackIsNotChargedAgain(t *testing.T) {
	t.Parallel()
	h := open(t, "no")
	bought := billtest.Record("P1", 5, billtest.Day(t, "2026-03-22"))
	bought.Kind, bought.Term, bought.Frequency = distributor.OneTime, "one_time", distributor.FreqOneTime
	h.Sync(bought)
	h.id = h.ID("P1")
	h.Tx(func(tx *gorm.DB) error {
		_, err := subscription.SetPrice(t.Context(), tx, h.Act(h.id), subscription.Price{
			UnitPrice: decimal.NewNullDecimal(decimal.NewFromInt(100)), Period: money.Once,
			On: billtest.Day(t, "2026-03-22"),
		})
		if err != nil {
			return err
		}
		return h.Reviewer().Refresh(t.Context(), tx, []uuid.UUID{h.id})
	})
	h.Sign(h.id)
	if got := h.lines(h.bill("2026-05-01")); got != "once 2026-03-22 2026-03-23 5 500" {
		t.Fatal(got)
	}
	h.end(false)
	if err := h.Activate(t.Context(), billtest.Bea, retire.Return{ID: h.id}); err != nil {
		t.Fatal(err)
	}
	h.Seats(h.id, 8, "2026-03-22")
	if got := h.lines(h.bill("2026-05-01")); got != "once 2026-03-22 2026-03-23 3 300" {
		t.Error(got)
	}
}

// story is one subscription that is closed, comes back and is billed in random order,
// beside what was done to it, from which a model reckons each day anew (RULES 8).
type story struct {
	house
	today    int // days since 2026-01-01
	seats    int
	active   bool
	closed   int // first day without seats, while it is closed
	done     []act
	cut      []uuid.UUID // live invoices
	external string
}

// act is what happened to the seats of all days from one on, or an invoice with what it took of each day.
type act struct {
	from   int
	delta  int
	refund bool
	bill   uuid.UUID
	took   map[int]int
}

// days is how many a story may have.
const days = 700

func day(n int) clock.Date { return clock.NewDate(2026, 1, 1).AddDays(n) }

func number(d clock.Date) int { return clock.NewDate(2026, 1, 1).DaysUntil(d) }

// on replays a day: what counts, what is paid, and what was paid and left without refund.
func (s *story) on(d int) (counted, paid, forfeited int) {
	for _, a := range s.done {
		switch {
		case a.bill != uuid.Nil:
			paid += a.took[d]
			if a.took[d] < 0 {
				forfeited = min(forfeited, max(0, paid-counted))
			}
		case d < a.from:
		case a.delta > 0:
			counted += a.delta
			forfeited -= min(forfeited, a.delta)
		default:
			counted += a.delta
			if !a.refund {
				forfeited = max(forfeited, min(forfeited-a.delta, paid-counted))
			}
		}
	}
	return counted, paid, forfeited
}

func (s *story) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"":           s.check,
		"days pass":  func(t *rapid.T) { s.pass(rapid.IntRange(1, 25).Draw(t, "days")) },
		"close":      s.close,
		"come back":  s.comeBack,
		"other size": s.resize,
		"bill":       s.bill,
		"void":       func(*rapid.T) { s.void() },
	}
}

func (s *story) pass(n int) {
	s.today = min(s.today+n, 400)
	s.World.Today(day(s.today).String())
}

func (s *story) close(t *rapid.T) {
	on, refund := s.today+rapid.IntRange(-20, 10).Draw(t, "on"), rapid.Bool().Draw(t, "refund")
	err := s.Deactivate(s.Context(), billtest.Bea,
		retire.End{ID: s.id, On: day(max(on, 0)), Refund: refund})
	if refusedBy(t, err) {
		return
	}
	s.closed, s.active = number(billtest.Day(s,
		s.Text(`SELECT deactivated_on FROM subscriptions WHERE id = ?`, s.id))), false
	s.done = append(s.done, act{from: s.closed, delta: -s.seats, refund: refund})
}

func (s *story) comeBack(t *rapid.T) {
	if s.active {
		return
	}
	on := s.closed + rapid.IntRange(0, 40).Draw(t, "after")
	if refusedBy(t, s.Activate(s.Context(), billtest.Bea, retire.Return{ID: s.id, On: day(on)})) {
		return
	}
	s.active = true
	s.done = append(s.done, act{from: on, delta: s.seats})
}

// resize lets the distributor report other seats while it is closed here.
func (s *story) resize(t *rapid.T) {
	if s.active {
		return
	}
	s.seats = rapid.IntRange(1, 12).Draw(t, "seats")
	s.Sync(billtest.Record(s.external, s.seats, day(0)))
}

// bill makes a run, whose lines must bring each day up to its end to what counts and what is forfeited.
func (s *story) bill(t *rapid.T) {
	kind := rapid.SampledFrom([]invoice.Kind{invoice.FullCycle, invoice.ChangeLog}).Draw(t, "kind")
	id, err := s.invoices.Draft(s.Context(), billtest.Bea,
		billing.Order{Run: billing.Run{ContractID: s.Contract, Kind: kind}, Late: true})
	if refusedBy(t, err) {
		return // nothing to bill, or not yet
	}
	var lines []struct{ From, To, Seats int }
	err = s.World.DB.Read(s.Context()).
		Raw(`SELECT from_date - DATE '2026-01-01' AS from, to_date - DATE '2026-01-01' AS to, seats
		FROM invoice_lines WHERE invoice_id = ? AND kind IN ('cycle', 'catch_up')`, id).Scan(&lines).Error
	if err != nil {
		t.Fatal(err)
	}
	to := number(billtest.Day(s, s.Text(`SELECT through_after FROM invoice_coverage WHERE invoice_id = ?`, id)))
	took := map[int]int{}
	for _, l := range lines {
		for d := l.From; d < l.To; d++ {
			took[d] += l.Seats
		}
	}
	for d := range days {
		counted, paid, forfeited := s.on(d)
		if due := counted + forfeited - paid; d < to && took[d] != due || d >= to && took[d] != 0 {
			t.Fatalf("%s: %d are billed, %d are due (%d count, %d forfeited, %d paid)", day(d), took[d], due, counted,
				forfeited, paid)
		}
	}
	s.done, s.cut = append(s.done, act{bill: id, took: took}), append(s.cut, id)
}

func (s *story) void() {
	if len(s.cut) == 0 {
		return
	}
	last := s.cut[len(s.cut)-1]
	if err := s.invoices.Void(s.Context(), billtest.Bea, invoice.Step{ID: last}); err != nil {
		s.Fatal(err)
	}
	s.cut = s.cut[:len(s.cut)-1]
	s.done = slices.DeleteFunc(s.done, func(a act) bool { return a.bill == last })
}

func refusedBy(t *rapid.T, err error) bool {
	if k := errs.KindOf(err); err != nil && k != errs.Conflict && k != errs.Invalid {
		t.Fatal(err)
	}
	return err != nil
}

// check compares the days as they are read with the model's.
func (s *story) check(t *rapid.T) {
	h, err := history.One(s.Context(), s.World.DB.Read(s.Context()), s.id)
	if err != nil {
		t.Fatal(err)
	}
	at := map[int]history.Seats{}
	for _, span := range h.Days(s.Contract, day(days)) {
		for d := number(span.From); d < number(span.To); d++ {
			at[d] = span.Seats
		}
	}
	for d := range days {
		counted, paid, forfeited := s.on(d)
		if want := (history.Seats{Counted: counted, Paid: paid, Forfeited: forfeited}); at[d] != want {
			t.Fatalf("%s: %+v, want %+v", day(d), at[d], want)
		}
	}
	odd := s.Text(`SELECT string_agg(concat_ws(' ', billed_days, held_days, forfeited_days), ', ')
		FROM invoice_coverage v
		JOIN invoices i ON i.id = v.invoice_id WHERE v.subscription_id = ? AND i.state <> 'void'
		AND (billed_days <> held_days + forfeited_days OR forfeited_days < 0)`, s.id)
	if odd != "" {
		t.Fatalf("billed, held and forfeited: %s", odd)
	}
}

func TestNoSeatDayIsChargedTwiceHoweverItIsClosedAndComesBack(t *testing.T) {
	t.Parallel()
	first := billtest.New(t, "2026-01-02", billtest.Terms{Refunds: "yes"})
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		w := first.Beside("2026-01-02", billtest.Terms{
			Refunds: "yes", Timing: rapid.SampledFrom([]string{"advance", "arrears"}).Draw(r, "timing"),
			Frequency: rapid.SampledFrom([]string{"monthly", "quarterly"}).Draw(r, "frequency"),
		})
		external := fmt.Sprintf("S1-%d", n)
		s := &story{house: houseOf(w, w.Add(external, 10, "2026-01-01")), today: 1, seats: 10, active: true,
			external: external}
		s.done = []act{{from: 0, delta: 10}}
		r.Repeat(s.actions())
	})
}
