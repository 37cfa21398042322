package subscription_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"seatledger/internal/account"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/plan"
	"seatledger/internal/subscription/plan/plantest"
)

// stored drives one subscription through the real database beside the model.
type stored struct {
	*office
	rt     *rapid.T
	ext    string
	sent   distributor.Subscription // as the distributor sends it
	model  plantest.Model
	other  subscription.Account
	facts  map[uuid.UUID]string // of each ledger row, as first seen
	mapped bool
}

// newStored gives a history an office with accounts of its own in a shared database.
func newStored(o *office, rt *rapid.T, n int) *stored {
	mine := *o
	mine.world = &world{t: o.t, db: o.db, now: time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)}
	mine.customer = mine.world.customer(fmt.Sprintf("Customer %d", n))
	mine.contract = mine.world.contract(mine.customer, o.list, true)
	mine.account = mine.world.account(o.provider, fmt.Sprintf("account-%d", n))
	s := &stored{office: &mine, rt: rt, ext: fmt.Sprintf("S%d", n), facts: map[uuid.UUID]string{}}
	s.other = mine.world.account(o.provider, fmt.Sprintf("other-%d", n))
	s.model.Record = record(s.ext)
	s.sent = s.model.Record
	s.model.Moved = true // not mapped yet: nobody said whose it is
	s.sync()
	return s
}

func (s *stored) sync() {
	s.office.sync(s.provider, s.account, s.sent)
	s.model.Known, s.model.Missing = true, false
}

func (s *stored) change(c func(*distributor.Subscription)) {
	r, was, missing := s.sent, s.model.Record.Status, s.model.Missing
	s.sent = record(s.ext, func(d *distributor.Subscription) { *d = r; c(d) })
	s.model.Record = s.sent
	if doubt := s.sent.Status == distributor.StatusUnknown && plan.Ends(was); !missing &&
		(doubt || s.sent.Status == distributor.StatusBlank) {
		s.model.Record.Status = was // a status that is no longer sent, or a doubtful one of what ended, changes nothing
	}
	s.sync()
}

func (s *stored) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"days pass": func(t *rapid.T) { s.now = s.now.AddDate(0, 0, rapid.IntRange(1, 60).Draw(t, "days")) },
		"seats":     func(t *rapid.T) { s.change(seats(rapid.IntRange(0, 9).Draw(t, "seats"))) },
		"cost": func(t *rapid.T) {
			s.change(costs(rapid.SampledFrom([]string{"1", "2.123456789"}).Draw(t,
				"cost")))
		},
		"ends":  func(t *rapid.T) { s.change(status(rapid.SampledFrom(plantest.EndingWords).Draw(t, "status"))) },
		"lives": func(t *rapid.T) { s.change(status(rapid.SampledFrom(plantest.LivingWords).Draw(t, "status"))) },
		"renew": func(*rapid.T) {
			next := s.model.Record.Start.AddMonths(12)
			s.change(func(d *distributor.Subscription) { d.Start, d.End = next, next.AddMonths(12).AddDays(-1) })
		},
		"sync again": s.syncAgain,
		"missing":    func(*rapid.T) { s.miss() },
		"map": func(*rapid.T) {
			s.account, s.model.Moved = s.mapTo(s.account, s.customer),
				false
			s.mapped = true
		},
		"unmap": func(*rapid.T) {
			s.account, s.model.Moved, s.mapped = s.office.unmap(s.account, account.Unmapped), true, false
		},
		"move": func(*rapid.T) { s.move() },
		"price": func(t *rapid.T) {
			p := subscription.Price{UnitPrice: price(rapid.SampledFrom([]string{"19", "21.5"}).Draw(t, "price")),
				Period: "month", On: date(s.now.Format("2006-01-02"))}
			s.try(func(tx *gorm.DB, a subscription.Act) error {
				_, err := subscription.SetPrice(s.t.Context(), tx, a, p)
				return err
			})
		},
		"hold back": func(*rapid.T) {
			if s.try(func(tx *gorm.DB, a subscription.Act) error {
				_, err := subscription.HoldBack(s.t.Context(), tx, a, date("2026-04-01"))
				return err
			}) {
				s.model.Twin = true
			}
		},
		"give back": func(*rapid.T) {
			was := s.byExternal(s.ext).Local
			if s.try(func(tx *gorm.DB, a subscription.Act) error {
				_, err := subscription.GiveBack(s.t.Context(), tx, a, was, was)
				return err
			}) {
				s.model.Twin = false
			}
		},
		"freeze": func(*rapid.T) {
			if s.try(func(tx *gorm.DB, a subscription.Act) error {
				_, err := subscription.Freeze(s.t.Context(), tx, a, date("2026-04-01"))
				return err
			}) {
				counted := s.byExternal(s.ext).LedgerQuantity
				s.model.Frozen = &counted
			}
		},
		"unfreeze": func(*rapid.T) {
			if s.try(func(tx *gorm.DB, a subscription.Act) error {
				_, err := subscription.Unfreeze(s.t.Context(), tx, a)
				return err
			}) {
				s.model.Frozen = nil
			}
		},
		"person ends":       s.personEnds,
		"person takes back": s.personTakesBack,
		"correct":           s.correct,
		"":                  s.check,
	}
}

// try runs a person's act and tells whether it was done; a refusal by a rule is no failure.
func (s *stored) try(do func(*gorm.DB, subscription.Act) error) bool {
	id := s.byExternal(s.ext).ID
	err := s.db.InTx(s.t.Context(), func(tx *gorm.DB) error { return do(tx, s.act(id)) })
	if k := errs.KindOf(err); err != nil && k != errs.Conflict && k != errs.Invalid || ledgerFault(err) {
		s.rt.Fatalf("act: %v", err)
	}
	return err == nil
}

// ledgerFault tells a sum that the database had to refuse: then a rule is wrong.
func ledgerFault(err error) bool {
	return err != nil && errs.Public(err) != "" && len(errs.Public(err)) > 10 && errs.Public(err)[:10] == "The ledger"
}

func (s *stored) personEnds(t *rapid.T) {
	on := date(s.now.AddDate(0, 0, rapid.IntRange(-20, 20).Draw(t, "days")).Format("2006-01-02"))
	if s.try(func(tx *gorm.DB, a subscription.Act) error {
		_, err := subscription.Deactivate(s.t.Context(), tx, a, subscription.Ending{By: subscription.ByPerson, On: on})
		return err
	}) {
		s.model.EndedHere = true
	}
}

func (s *stored) personTakesBack(t *rapid.T) {
	on := s.byExternal(s.ext).DeactivatedOn.AddDays(rapid.IntRange(-3, 20).Draw(t, "days"))
	if s.try(func(tx *gorm.DB, a subscription.Act) error {
		_, err := subscription.Activate(s.t.Context(), tx, a, subscription.Return{On: on})
		return err
	}) {
		s.model.EndedHere = false
	}
}

func (s *stored) correct(t *rapid.T) {
	rows, err := ledger.Of(s.t.Context(), s.db.Read(s.t.Context()), s.byExternal(s.ext).ID)
	if err != nil {
		t.Fatal(err)
	}
	row := rapid.SampledFrom(rows).Draw(t, "row")
	on := row.EffectiveAt.AddDays(rapid.IntRange(-30, 30).Draw(t, "days"))
	s.try(func(tx *gorm.DB, a subscription.Act) error {
		_, err := subscription.CorrectChange(s.t.Context(), tx, a,
			subscription.Correction{ChangeID: row.ID, On: on, Note: "as on the order"})
		return err
	})
}

func (s *stored) miss() {
	alreadyEnded := s.model.Ended() && !s.model.EndedHere && s.model.Frozen == nil
	s.tx(func(tx *gorm.DB) error {
		_, err := subscription.MarkGone(s.t.Context(), tx, s.provider, []uuid.UUID{s.byExternal(s.ext).ID},
			s.person(), time.UTC)
		return err
	})
	s.model.Missing = s.model.Missing || !alreadyEnded
}

func (s *stored) move() {
	if s.mapped {
		s.account = s.office.unmap(s.account, account.Unmapped)
	}
	s.account, s.other, s.mapped, s.model.Moved = s.other, s.account, false, true
	s.sync()
}

func (s *stored) syncAgain(t *rapid.T) {
	if s.model.Missing {
		return
	}
	before := s.version()
	s.now = s.now.Add(time.Hour)
	s.office.sync(s.provider, s.account, s.sent)
	if after := s.version(); after != before {
		t.Fatalf("the same record again wrote rows:\n%s\n%s", before, after)
	}
}

// version is the subscription's row and ledger with the transactions that wrote them.
func (s *stored) version() (v string) {
	err := s.db.Read(s.t.Context()).
		Raw(`SELECT concat_ws(' ', s.ctid, s.xmin, s.xmax, (SELECT string_agg(concat_ws(' ', c.id, st.xmin, st.ctid),
			',' ORDER BY c.id)
		FROM license_changes c JOIN license_change_status st ON st.change_id = c.id WHERE c.subscription_id = s.id))
		FROM subscriptions s WHERE external_id = ?`, s.ext).Row().Scan(&v)
	if err != nil {
		s.rt.Fatal(err)
	}
	return v
}

// check compares the database with the model after every step.
func (s *stored) check(t *rapid.T) {
	d := s.byExternal(s.ext)
	rows, err := ledger.Of(s.t.Context(), s.db.Read(s.t.Context()), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for i, r := range rows {
		if r.Counted {
			sum += r.Delta
		}
		lastOfDay := i == len(rows)-1 || rows[i+1].EffectiveAt != r.EffectiveAt
		if lastOfDay && r.Running < 0 {
			t.Fatalf("%d seats on %s", r.Running, r.EffectiveAt)
		}
		s.unchanged(t, r)
	}
	if len(rows) < len(s.facts) {
		t.Fatalf("%d rows, there were %d", len(rows), len(s.facts))
	}
	if want := s.model.Billable(); sum != want || d.LedgerQuantity != want || d.Billable() != want {
		t.Fatalf("counted %d, kept %d, billable %d, want %d", sum, d.LedgerQuantity, d.Billable(), want)
	}
	if d.State != s.model.State() || d.Quantity != s.model.Record.Quantity {
		t.Fatalf("%s with %d seats, want %s with %d", d.State, d.Quantity, s.model.State(), s.model.Record.Quantity)
	}
}

// unchanged proves that the facts of a row are what they were when it was first seen.
func (s *stored) unchanged(t *rapid.T, r ledger.Entry) {
	now := fmt.Sprint(r.Seq, r.Event, r.Reason, r.EffectiveAt, r.RecordedAt, r.Delta, r.QuantityAfter, r.Estimated,
		r.UnitCost.Decimal, r.UnitPrice.Decimal, r.Details, r.Actor)
	if was, seen := s.facts[r.ID]; seen && was != now {
		t.Fatalf("a row changed:\n%s\n%s", was, now)
	}
	s.facts[r.ID] = now
}

// inDatabase is how many histories run against the database; the rules alone run many more.
const inDatabase = 30

func TestAnyHistoryHoldsInTheDatabase(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n, passed, failed := 0, 0, false
	rapid.Check(t, func(rt *rapid.T) {
		if passed >= inDatabase && !failed {
			return
		}
		done := false
		defer func() { failed = failed || !done }() // once one failed, all run: it is being made small
		n++
		rt.Repeat(newStored(o, rt, n).actions())
		passed, done = passed+1, true
	})
}
