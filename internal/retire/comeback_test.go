package retire_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/retire"
	"seatledger/internal/testkit/billtest"
)

// The case that showed it: an invoice is cut between the closing and the return. The
// days up to its beginning were paid, those that it took were not.
func TestAnInvoiceInBetweenDoesNotChargeForfeitedDaysAgain(t *testing.T) {
	t.Parallel()
	h := open(t, "no")
	h.end(false)                      // on 22 March; March is paid
	h.Price(h.id, "13", "2026-04-15") // it has a row to settle, so the run takes it along
	h.bill("2026-05-01")
	if got := h.Text(`SELECT billed_through FROM subscriptions WHERE id = ?`, h.id); got != "2026-05-01" {
		t.Fatalf("billed through %s", got)
	}
	h.World.Today("2026-04-11")
	on := billtest.Day(t, "2026-03-25")
	seen, err := h.Look(t.Context(), []uuid.UUID{h.id}, on)
	if err != nil || seen[0].Amount.Decimal.String() != "125.33" || seen[0].SeatDays != 300 || seen[0].PaidDays != 70 {
		t.Errorf("what it says before: %s for %d seat-days, %d paid, %v", seen[0].Amount.Decimal, seen[0].SeatDays, seen[0].PaidDays, err)
	}
	if err := h.Activate(t.Context(), billtest.Bea, retire.Return{ID: h.id, On: on}); err != nil {
		t.Fatal(err)
	}
	may := h.bill("2026-06-01")
	got := h.Text(`SELECT string_agg(concat_ws(' ', l.kind, l.from_date, l.to_date, l.seats, trim_scale(l.amount)), ', ' ORDER BY l.from_date) FROM invoice_lines l WHERE invoice_id = ? AND subscription_id = ?`, may, h.id)
	if got != "catch_up 2026-04-01 2026-04-15 10 56, catch_up 2026-04-15 2026-05-01 10 69.33, cycle 2026-05-01 2026-06-01 10 130" {
		t.Error(got)
	}
	if got := h.Text(`SELECT concat_ws(' ', billed_days, held_days, forfeited_days) FROM invoice_coverage WHERE invoice_id = ? AND subscription_id = ?`, may, h.id); got != "920 890 30" {
		t.Errorf("billed, held, forfeited: %s", got)
	}
}

// A purchase has no days: it comes back without being charged again.
func TestAPurchaseThatComesBackIsNotChargedAgain(t *testing.T) {
	t.Parallel()
	h := open(t, "no")
	for _, sql := range []string{`UPDATE subscriptions SET kind = 'one_time', term = 'one_time', price_period = 'once' WHERE id = $1`,
		`UPDATE invoice_lines SET kind = 'once', price_period = 'once', to_date = from_date + 1 WHERE subscription_id = $1`} {
		if _, err := h.World.DB.Owner().Exec(t.Context(), sql, h.id); err != nil {
			t.Fatal(err)
		}
	}
	h.end(false)
	if err := h.Activate(t.Context(), billtest.Bea, retire.Return{ID: h.id}); err != nil {
		t.Fatal(err)
	}
	if got := h.closing(); got != "activate 10 2026-03-22 archived" {
		t.Error(got)
	}
}

// story is one subscription that is closed, comes back and is billed in random order,
// beside a model that keeps for each day how many seats are held and how many charged.
type story struct {
	house
	today         int // days since 2026-01-01
	through       int
	seats         int
	active        bool
	closed        int // first day without seats, while it is closed
	held, charged [days]int
	cut           []cut
	external      string
}

type cut struct {
	id     uuid.UUID
	before int
}

const days = 900

func day(n int) clock.Date { return clock.NewDate(2026, 1, 1).AddDays(n) }

func number(d clock.Date) int { return clock.NewDate(2026, 1, 1).DaysUntil(d) }

// hold changes the seats from a day on. A closing may be dated before the seats came
// back the last time; what was there before them then stays.
func (s *story) hold(from, change int) {
	for d := from; d < days; d++ {
		s.held[d] += change
	}
}

func (s *story) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"":           s.check,
		"days pass":  func(t *rapid.T) { s.pass(rapid.IntRange(1, 25).Draw(t, "days")) },
		"close":      s.close,
		"come back":  s.comeBack,
		"other size": s.resize,
		"bill":       func(*rapid.T) { s.bill() },
		"void":       func(*rapid.T) { s.void() },
	}
}

func (s *story) pass(n int) {
	s.today = min(s.today+n, 500)
	s.World.Today(day(s.today).String())
}

func (s *story) close(t *rapid.T) {
	on, refund := s.today+rapid.IntRange(-20, 10).Draw(t, "on"), rapid.Bool().Draw(t, "refund")
	err := s.Deactivate(s.Context(), billtest.Bea, retire.End{IDs: []uuid.UUID{s.id}, On: day(max(on, 0)), Refund: refund})
	if refusedBy(t, err) {
		return
	}
	s.closed = number(billtest.Day(s, s.Text(`SELECT deactivated_on FROM subscriptions WHERE id = ?`, s.id)))
	for d := s.closed; refund && d < s.through; d++ {
		s.charged[d] -= s.seats // what is held is given back; what was forfeited before stays
	}
	s.hold(s.closed, -s.seats)
	s.active = false
}

func (s *story) comeBack(t *rapid.T) {
	if s.active {
		return
	}
	on := s.closed + rapid.IntRange(0, 40).Draw(t, "after")
	if refusedBy(t, s.Activate(s.Context(), billtest.Bea, retire.Return{ID: s.id, On: day(on)})) {
		return
	}
	s.hold(on, s.seats)
	for d := on; d < s.through; d++ {
		s.charged[d] = max(s.charged[d], s.held[d]) // only what was never charged is charged
	}
	s.active = true
}

// resize lets the distributor report other seats while it is closed here.
func (s *story) resize(t *rapid.T) {
	if s.active {
		return
	}
	s.seats = rapid.IntRange(1, 12).Draw(t, "seats")
	s.Sync(billtest.Record(s.external, s.seats, day(0)))
}

func (s *story) bill() {
	id, err := s.invoices.Draft(s.Context(), billtest.Bea, billing.Order{Run: billing.Run{ContractID: s.Contract}, Late: true})
	if err != nil {
		return // nothing to bill, or not yet
	}
	s.cut = append(s.cut, cut{id, s.through})
	to := number(billtest.Day(s, s.Text(`SELECT billed_through FROM subscriptions WHERE id = ?`, s.id)))
	for d := s.through; d < to; d++ {
		s.charged[d] = s.held[d]
	}
	s.through = max(to, s.through)
}

func (s *story) void() {
	if len(s.cut) == 0 {
		return
	}
	last := s.cut[len(s.cut)-1]
	if err := s.invoices.Void(s.Context(), billtest.Bea, billing.Step{ID: last.id}); err != nil {
		s.Fatal(err)
	}
	s.cut, s.through = s.cut[:len(s.cut)-1], last.before
}

func refusedBy(t *rapid.T, err error) bool {
	if k := errs.KindOf(err); err != nil && k != errs.Conflict && k != errs.Invalid {
		t.Fatal(err)
	}
	return err != nil
}

// check compares each day's live lines, with what open rows are still to charge or
// give back, with the model. What is charged is what is held and what is forfeited.
func (s *story) check(t *rapid.T) {
	var rows []struct{ From, To, Seats int }
	err := s.World.DB.Read(s.Context()).Raw(`SELECT from_date - DATE '2026-01-01' AS from, least(to_date - DATE '2026-01-01', @through) AS to, seats FROM charged_seats WHERE subscription_id = @id`,
		map[string]any{"id": s.id, "through": s.through}).Scan(&rows).Error
	if err != nil {
		t.Fatal(err)
	}
	var got [days]int
	for _, r := range rows {
		for d := r.From; d < r.To; d++ {
			got[d] += r.Seats
		}
	}
	for d := range s.through {
		if got[d] != s.charged[d] || got[d] < s.held[d] {
			t.Fatalf("%s: %d seats charged, want %d; %d are held", day(d), got[d], s.charged[d], s.held[d])
		}
	}
	var odd []string
	err = s.World.DB.Read(s.Context()).Raw(`SELECT concat_ws(' ', billed_days, held_days, forfeited_days) FROM invoice_coverage v JOIN invoices i ON i.id = v.invoice_id
		WHERE v.subscription_id = ? AND i.state <> 'void' AND (billed_days <> held_days + forfeited_days OR forfeited_days < 0)`, s.id).Scan(&odd).Error
	if err != nil || len(odd) > 0 {
		t.Fatalf("billed, held and forfeited: %v %v", odd, err)
	}
}

func TestNoSeatDayIsChargedTwiceHoweverItIsClosedAndComesBack(t *testing.T) {
	t.Parallel()
	first := billtest.New(t, "2026-01-02", billtest.Terms{Refunds: "yes"})
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		w := first.Beside("2026-01-02", billtest.Terms{Refunds: "yes",
			Timing: rapid.SampledFrom([]string{"advance", "arrears"}).Draw(r, "timing"), Frequency: rapid.SampledFrom([]string{"monthly", "quarterly"}).Draw(r, "frequency")})
		external := fmt.Sprintf("S1-%d", n)
		s := &story{house: house{World: w, id: w.Add(external, 10, "2026-01-01"),
			Service:  retire.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC, Reviews: w.Reviewer()},
			invoices: billing.Service{DB: w.DB.DB, Clock: w.Clock, Zone: time.UTC}}, today: 1, seats: 10, active: true}
		s.external = external
		s.hold(0, 10)
		r.Repeat(s.actions())
	})
}
