package subscription_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/history"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/plan"
)

// typed is a manual subscription whose seats a person enters and corrects in any order,
// beside what each day must count.
type typed struct {
	*office
	id  uuid.UUID
	ext string
	// reached is the quantity from a day on, as last said; days between have that of the day before.
	reached map[clock.Date]int
}

func newTyped(o *office, manual subscription.Provider, n int) *typed {
	mine := *o
	mine.world = &world{t: o.t, db: o.db, now: time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)}
	s := &typed{office: &mine, ext: fmt.Sprintf("M%d", n), reached: map[clock.Date]int{date("2026-01-15"): 5}}
	mine.provider = manual
	mine.account = mine.mapTo(mine.world.account(manual, fmt.Sprintf("typed-%d", n)),
		mine.world.customer(fmt.Sprintf("Typed %d", n)))
	mine.sync(manual, mine.account, record(s.ext, func(d *distributor.Subscription) { d.End = clock.Date{} }))
	s.id = mine.byExternal(s.ext).ID
	return s
}

func (s *typed) days() []clock.Date {
	var days []clock.Date
	for d := range s.reached {
		days = append(days, d)
	}
	slices.SortFunc(days, func(a, b clock.Date) int { return cmp.Compare(0, a.DaysUntil(b)) })
	return days
}

// on is how many seats a day must count.
func (s *typed) on(day clock.Date) int {
	n := 0
	for _, d := range s.days() {
		if !d.After(day) {
			n = s.reached[d]
		}
	}
	return n
}

// do tells whether an act was done. errs.Conflict and errs.Invalid are a rule's refusals.
func (s *typed) do(rt *rapid.T, act func(tx *gorm.DB, a subscription.Act) error) bool {
	err := s.db.InTx(s.t.Context(), func(tx *gorm.DB) error { return act(tx, s.act(s.id)) })
	if k := errs.KindOf(err); err != nil && k != errs.Conflict && k != errs.Invalid || ledgerFault(err) {
		rt.Fatal(err)
	}
	return err == nil
}

func (s *typed) rows(rt *rapid.T) []plan.SeatRow {
	h, err := history.One(s.t.Context(), s.db.Read(s.t.Context()), s.id)
	if err != nil {
		rt.Fatal(err)
	}
	return plan.SeatRows(h)
}

func (s *typed) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"days pass":      func(rt *rapid.T) { s.now = s.now.AddDate(0, 0, rapid.IntRange(1, 40).Draw(rt, "days")) },
		"seats":          s.enter,
		"other seats":    s.correctSeats,
		"another day":    s.correctDay,
		"set aside":      s.setAside,
		"said by refund": s.correctRefund,
		"":               s.check,
	}
}

func (s *typed) enter(rt *rapid.T) {
	q := subscription.Quantity{Seats: rapid.IntRange(0, 12).Draw(rt, "seats"),
		On: s.person().Today().AddDays(rapid.IntRange(-80, 30).Draw(rt, "days"))}
	if !s.do(rt, func(tx *gorm.DB, a subscription.Act) error {
		_, err := subscription.SetQuantity(s.t.Context(), tx, a, q)
		return err
	}) {
		if !q.On.Before(s.firstDay(rt)) {
			rt.Fatalf("%d seats on %s were refused: %v", q.Seats, q.On, s.ledger(s.ext))
		}
		return
	}
	s.reached[q.On] = q.Seats
}

func (s *typed) correct(rt *rapid.T, c subscription.Correction) bool {
	c.Note = "as on the order"
	return s.do(rt, func(tx *gorm.DB, a subscription.Act) error {
		_, err := subscription.CorrectChange(s.t.Context(), tx, a, c)
		return err
	})
}

// alone is a row that no other one shares its day with; false: none was drawn.
func (s *typed) alone(rt *rapid.T) (plan.SeatRow, bool) {
	rows := s.rows(rt)
	row := rapid.SampledFrom(rows).Draw(rt, "row")
	for _, r := range rows {
		if r.ID != row.ID && r.On == row.On {
			return row, false
		}
	}
	return row, true
}

func (s *typed) correctSeats(rt *rapid.T) {
	row, alone := s.alone(rt)
	seats := rapid.IntRange(0, 12).Draw(rt, "seats")
	if alone && s.correct(rt, subscription.Correction{ChangeID: row.ID, Seats: &seats}) {
		s.reached[row.On] = seats
	}
}

// correctDay moves a row's own step: the days between the old and the new day have it or no longer have it.
func (s *typed) correctDay(rt *rapid.T) {
	row, _ := s.alone(rt)
	to := row.On.AddDays(rapid.IntRange(-40, 40).Draw(rt, "days"))
	if !s.correct(rt, subscription.Correction{ChangeID: row.ID, On: to}) {
		return
	}
	was := *s
	s.reached = map[clock.Date]int{}
	for _, r := range s.rows(rt) {
		s.reached[r.On] = r.Reached
	}
	for _, day := range append(was.days(), s.days()...) {
		want := was.on(day)
		if !row.On.After(day) {
			want -= row.Delta
		}
		if !to.After(day) {
			want += row.Delta
		}
		if got := s.on(day); got != want || got < 0 {
			rt.Fatalf("%d seats on %s, want %d: a row of %+d went from %s to %s", got, day, want, row.Delta, row.On, to)
		}
	}
}

func (s *typed) firstDay(rt *rapid.T) clock.Date {
	h, err := history.One(s.t.Context(), s.db.Read(s.t.Context()), s.id)
	if err != nil {
		rt.Fatal(err)
	}
	return h.FirstDay()
}

func (s *typed) setAside(rt *rapid.T) {
	row, alone := s.alone(rt)
	if alone && s.correct(rt, subscription.Correction{ChangeID: row.ID, SetAside: true}) {
		delete(s.reached, row.On)
	}
}

func (s *typed) correctRefund(rt *rapid.T) {
	row, _ := s.alone(rt)
	no := false
	s.correct(rt, subscription.Correction{ChangeID: row.ID, Refund: &no})
}

func (s *typed) check(rt *rapid.T) {
	d := s.byExternal(s.ext)
	sum := 0
	all, err := ledger.Of(s.t.Context(), s.db.Read(s.t.Context()), s.id)
	if err != nil {
		rt.Fatal(err)
	}
	for _, r := range all {
		if r.Counted {
			sum += r.Delta
		}
	}
	if sum != d.Billable() || sum != d.LedgerQuantity || sum != d.Quantity {
		rt.Fatalf("counted %d, billable %d, kept %d, entered %d", sum, d.Billable(), d.LedgerQuantity, d.Quantity)
	}
	rows := s.rows(rt)
	is := func(day clock.Date) int {
		n := 0
		for _, r := range rows {
			if !r.On.After(day) {
				n = r.Reached
			}
		}
		return n
	}
	for _, day := range s.days() {
		if got, want := is(day), s.on(day); got != want {
			rt.Fatalf("%d seats from %s on, want %d: %v", got, day, want, s.ledger(s.ext))
		}
	}
}

// Whatever is entered back-dated, ahead and corrected: each later row keeps the quantity that it reached.
func TestSeatsEnteredInAnyOrderSumAndLaterRowsKeepWhatTheyReached(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	manual := o.world.provider("By hand", distributor.Manual)
	few(t, func(rt *rapid.T, n int) { rt.Repeat(newTyped(o, manual, n).actions()) })
}
