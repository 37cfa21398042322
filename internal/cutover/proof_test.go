package cutover_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/cutover"
	"seatledger/internal/cutover/pairing"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/retire"
)

// proof is the run's proof, a line per row of days: product, first day, last day, seats of both sides, verdict.
func (m *market) proof() []string {
	m.Helper()
	var out []string
	m.eachProof(func(p proof.Customer) {
		for _, product := range p.Products {
			for _, s := range product.Segments {
				out = append(out, fmt.Sprintf("%s %s..%s %d+%d %s", product.Key, s.From, s.To.AddDays(-1), s.Before,
					s.After, s.Verdict))
			}
		}
	})
	return out
}

func (m *market) eachProof(do func(proof.Customer)) {
	m.Helper()
	m.must(m.db.Snapshot(m.Context(), func(tx *gorm.DB) error {
		run, err := cutover.Get(m.Context(), tx, m.run)
		if err != nil {
			return err
		}
		return proof.Each(m.Context(), tx, run.ID, proof.Filter{}, m.ProofDay(run), func(p proof.Customer) error {
			do(p)
			return nil
		})
	}))
}

func (m *market) proves(when string, want ...string) {
	m.Helper()
	if diff := cmp.Diff(want, m.proof()); diff != "" {
		m.Errorf("%s: %s", when, diff)
	}
}

// begun is a customer with ten seats, billed up to June, the day of the switch; the
// new provider lists so many.
func begun(t *testing.T, listed int) (*market, *client) {
	m := newMarket(t, "2026-01-01")
	c := m.client("contoso", "no")
	m.syncOld(c, legacy("E3", 10))
	m.price(c.oldID(m, "E3"), "12", "2026-01-01")
	m.sign(c.oldID(m, "E3"))
	for _, end := range []string{"2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"} {
		m.today(day(end).AddDays(-20).String())
		m.must(m.bill(c, end))
	}
	m.today("2026-06-10")
	m.syncNew(c, modern("E3", listed))
	m.start("2026-06-01")
	return m, c
}

func (m *market) twin(c *client) {
	m.Helper()
	m.must(m.Decide(m.Context(), ada, m.run,
		cutover.Decision{CRMAccountID: c.id, Kind: pairing.Twin, Old: c.oldID(m, "E3"), New: c.newID(m, "E3")}))
}

func (m *market) throughReassigned(c *client) {
	m.Helper()
	m.do(c, confirm)
	m.sign(c.newID(m, "E3"))
	m.do(c, moved)
}

func TestTheProofIsRightInEveryMomentOfARun(t *testing.T) {
	t.Parallel()
	m, c := begun(t, 10)
	before, rest := "PN-E3 2026-01-01..2026-05-31 10+0 ok", "PN-E3 2026-06-01..2026-07-11 "
	m.proves("before anything is decided", before, rest+"10+0 undecided")
	m.do(c, exact)
	m.proves("once paired", before, rest+"10+0 waiting")
	m.do(c, confirm)
	m.proves("once confirmed", before, rest+"0+0 waiting")
	m.sign(c.newID(m, "E3"))
	m.do(c, moved)
	m.proves("once reassigned", before, rest+"0+0 waiting")
	m.do(c, retired)
	m.proves("once retired", before, rest+"0+10 ok")
	m.must(m.bill(c, "2026-08-01"))
	m.proves("once billed", before, "PN-E3 2026-06-01..2026-07-31 0+10 ok")
}

func TestTheProofFollowsStepsThatAreTakenBack(t *testing.T) {
	t.Parallel()
	m, c := begun(t, 10)
	m.do(c, exact)
	m.throughReassigned(c)
	m.do(c, retired)
	before, rest := "PN-E3 2026-01-01..2026-05-31 10+0 ok", "PN-E3 2026-06-01..2026-07-11 "
	for _, want := range []string{"0+0 waiting", "0+0 waiting", "10+0 waiting"} {
		m.do(c, undo)
		m.proves("taken back", before, rest+want)
	}
}

func TestSeatsThatDifferWaitForANameAndAreDatedOnTheSwitch(t *testing.T) {
	t.Parallel()
	m, c := begun(t, 12)
	m.twin(c)
	m.throughReassigned(c)
	m.do(c, retired)
	m.proves("not acknowledged", "PN-E3 2026-01-01..2026-05-31 10+0 ok", "PN-E3 2026-06-01..2026-06-01 0+12 changed",
		"PN-E3 2026-06-02..2026-07-11 0+12 ok")
	n, err := m.Acknowledge(m.Context(), bob, m.run,
		cutover.Acks{CRMAccountID: c.id, What: proof.QuantityChanged, Note: "two more were ordered"})
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	m.proves("acknowledged", "PN-E3 2026-01-01..2026-05-31 10+0 ok", "PN-E3 2026-06-01..2026-06-01 0+12 acknowledged",
		"PN-E3 2026-06-02..2026-07-11 0+12 ok")
	if _, err = m.Acknowledge(m.Context(), ada, m.run,
		cutover.Acks{CRMAccountID: c.id}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a second time: %v", err)
	}
	if got := m.text(`SELECT concat_ws(' ', actor, before->>'PN-E3 quantity 2026-06-01',
		after->>'PN-E3 quantity 2026-06-01') FROM audit_events
		WHERE action = 'cutover.acknowledged'`); got != "Bob Example 10 12" {
		t.Errorf("audit: %s", got)
	}
}

func TestAnAcknowledgementGivenAheadStandsAfterTheMove(t *testing.T) {
	t.Parallel()
	m, c := begun(t, 12)
	m.twin(c)
	if _, err := m.Acknowledge(m.Context(), bob, m.run, cutover.Acks{CRMAccountID: c.id}); err != nil {
		t.Fatal(err)
	}
	m.throughReassigned(c)
	m.do(c, retired)
	if all := strings.Join(m.proof(), "\n"); !strings.Contains(all, "acknowledged") ||
		strings.Contains(all, "changed") {
		t.Error(all)
	}
}

func TestAnOldOneEndedByHandTooEarlyIsAGapUntilTheSwitchDayIsThatDay(t *testing.T) {
	t.Parallel()
	m, c := begun(t, 10)
	m.twin(c)
	m.must(m.retires.Deactivate(m.Context(), ada,
		retire.End{ID: c.oldID(m, "E3"), On: day("2026-05-22")}))
	if all := strings.Join(m.proof(), "\n"); !strings.Contains(all, "PN-E3 2026-05-22..2026-05-31 0+0 gap") {
		t.Error(all)
	}
	m.must(m.retires.Activate(m.Context(), ada, retire.Return{ID: c.oldID(m, "E3"), On: day("2026-05-22")}))
	if all := strings.Join(m.proof(), "\n"); strings.Contains(all, "gap") {
		t.Errorf("activated again from the same day: %s", all)
	}
}

func TestDaysBilledOnTheOldOneThatTheNewOneHoldsAreNeitherForfeitedNorDouble(t *testing.T) {
	t.Parallel()
	m, c := begun(t, 10)
	m.must(m.bill(c, "2026-07-01"))
	if _, err := m.SetSwitchDay(m.Context(), ada, m.run, []uuid.UUID{c.id}, day("2026-06-11")); err != nil {
		t.Fatal(err)
	}
	m.do(c, exact)
	m.throughReassigned(c)
	m.do(c, retired)
	m.proves("billed ahead", "PN-E3 2026-01-01..2026-06-10 10+0 ok", "PN-E3 2026-06-11..2026-06-30 0+10 ok",
		"PN-E3 2026-07-01..2026-07-12 0+10 ok")
	m.eachProof(func(p proof.Customer) {
		if p.Forfeited != 0 || p.SeatsBefore != 10 || p.SeatsAfter != 10 || p.Months[0].Before.String() != "120" ||
			p.Months[0].After.String() != "120" {
			t.Errorf("%+v", p.Totals)
		}
	})
}

func TestWithoutATwinSeatsEndOrAreNewAndAreAcknowledged(t *testing.T) {
	t.Parallel()
	m, c := begun(t, 10)
	m.syncNew(c, modern("E5", 3))
	for _, d := range []cutover.Decision{{Kind: pairing.Ended, Old: c.oldID(m, "E3")},
		{Kind: pairing.New, New: c.newID(m, "E3")}, {Kind: pairing.New, New: c.newID(m, "E5")}} {
		d.CRMAccountID, d.Confirmed = c.id, c.name
		m.must(m.Decide(m.Context(), ada, m.run, d))
	}
	m.do(c, confirm)
	m.do(c, moved)
	m.do(c, retired)
	all := strings.Join(m.proof(), "\n")
	for _, want := range []string{"PN-E5 2026-06-01..2026-06-01 0+3 changed", "PN-E3 2026-06-01..2026-07-11 0+10 ok"} {
		if !strings.Contains(all, want) {
			t.Errorf("%s is missing in %s", want, all)
		}
	}
	if _, err := m.Acknowledge(m.Context(), bob, m.run, cutover.Acks{CRMAccountID: c.id}); err != nil {
		t.Fatal(err)
	}
	m.eachProof(func(p proof.Customer) {
		if blockers := p.Blockers(); len(blockers) > 0 {
			t.Errorf("%+v", blockers)
		}
	})
}

func TestEveryDayStandsOnceInTheFile(t *testing.T) {
	t.Parallel()
	m, c := begun(t, 10)
	m.do(c, exact)
	seen := map[string]int{}
	m.must(m.db.Snapshot(m.Context(), func(tx *gorm.DB) error {
		run, err := cutover.Get(m.Context(), tx, m.run)
		if err != nil {
			return err
		}
		return proof.EachDay(m.Context(), tx, run.ID, proof.Filter{}, m.ProofDay(run), func(d proof.Day) error {
			seen[d.Key+" "+d.Day.String()]++
			return nil
		})
	}))
	if n := day("2026-01-01").DaysUntil(day("2026-07-12")); len(seen) != n {
		t.Errorf("%d days, want %d", len(seen), n)
	}
}

func TestADifferenceThatTheNewOneBillsOverDaysOfTheOldOneIsNoDouble(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refunds string
		seats   []int // that the new provider lists, one after the other
		lines   string
	}{
		"more":                        {"yes", []int{14}, "catch_up 4"},
		"fewer, given back":           {"yes", []int{7}, "catch_up -3"},
		"fewer, forfeited, then more": {"no", []int{7, 8}, ""}, // who joins takes a forfeited seat back
		"more, then fewer":            {"yes", []int{14, 9}, "catch_up -1, catch_up 4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, k := begun(t, 10)
			m.exec(`UPDATE billing_contracts SET refunds = ? WHERE id = ?`, c.refunds, k.contract)
			m.must(m.bill(k, "2026-07-01"))
			if _, err := m.SetSwitchDay(m.Context(), ada, m.run, []uuid.UUID{k.id}, day("2026-06-11")); err != nil {
				t.Fatal(err)
			}
			m.do(k, exact)
			m.throughReassigned(k)
			m.do(k, retired)
			for i, n := range c.seats {
				m.today(day("2026-06-20").AddDays(i).String())
				m.syncNew(k, modern("E3", n))
			}
			id, err := m.bills.Draft(m.Context(), ada,
				billing.Order{Run: billing.Run{ContractID: k.contract, Kind: invoice.ChangeLog}, Late: true})
			if c.lines == "" {
				m.conflict(err)
				return
			}
			m.must(err)
			m.must(m.bills.Bill(m.Context(), ada, invoice.Step{ID: id}))
			if got := m.text(`SELECT string_agg(kind || ' ' || seats, ', ' ORDER BY seats) FROM invoice_lines
				WHERE invoice_id = ?`, id); got != c.lines {
				t.Errorf("lines: %s", got)
			}
			if all := strings.Join(m.proof(), "\n"); strings.Contains(all, "double") {
				t.Error(all)
			}
		})
	}
}

func TestTheFirstDayOfALedgerIsNoChangeOverTheSwitch(t *testing.T) {
	t.Parallel()
	m := newMarket(t, "2026-06-10")
	c := m.client("contoso", "no")
	for sku, n := range map[string]int{"E3": 13, "E5": 4} {
		m.syncOld(c, legacy(sku, n))
		m.price(c.oldID(m, sku), "12", "2026-06-10")
		m.syncNew(c, modern(sku, 13))
	}
	m.start("2026-06-10")
	for _, sku := range []string{"E3", "E5"} {
		m.must(m.Decide(m.Context(), ada, m.run,
			cutover.Decision{CRMAccountID: c.id, Kind: pairing.Twin, Old: c.oldID(m, sku), New: c.newID(m, sku)}))
	}
	var got []string
	m.eachProof(func(p proof.Customer) {
		for _, x := range p.Products {
			for _, change := range x.Changes {
				got = append(got, x.Key+" "+change.Says())
			}
		}
		if p.SeatsBefore != 17 || p.SeatsAfter != 26 {
			t.Errorf("%+v", p.Totals)
		}
	})
	if diff := cmp.Diff([]string{"PN-E5 Seats change from 4 to 13 on 2026-06-10."}, got); diff != "" {
		t.Error(diff)
	}
}

// Of a difference that is forfeited, the proof tells what the invoices tell.
func TestBilledIsHeldAndForfeitedOverTheSwitch(t *testing.T) {
	t.Parallel()
	m, c := begun(t, 10)
	m.must(m.bill(c, "2026-07-01"))
	if _, err := m.SetSwitchDay(m.Context(), ada, m.run, []uuid.UUID{c.id}, day("2026-06-11")); err != nil {
		t.Fatal(err)
	}
	m.do(c, exact)
	m.throughReassigned(c)
	m.do(c, retired)
	m.today("2026-06-21")
	m.syncNew(c, modern("E3", 7))
	m.must(m.bill(c, "2026-08-01"))
	told := m.text(`SELECT sum(new_forfeited) FROM invoice_coverage`)
	billed := m.text(`SELECT sum(seats * days) FROM invoice_lines WHERE live AND kind IN ('cycle', 'catch_up')`)
	forfeited, held := 0, 0
	m.eachProof(func(p proof.Customer) {
		for _, s := range p.Products[0].Segments {
			if s.To.After(day("2026-08-01")) {
				t.Fatalf("the proof goes on to %s", s.To)
			}
			forfeited, held = forfeited+s.Forfeited*s.Days(), held+(s.Before+s.After)*s.Days()
		}
		if p.Forfeited != forfeited || forfeited != 30 {
			t.Errorf("%d forfeited, in the totals %d", forfeited, p.Forfeited)
		}
	})
	if told != fmt.Sprint(forfeited) || billed != fmt.Sprint(held+forfeited) {
		t.Errorf("billed %s, held %d, forfeited %d, on invoices %s", billed, held, forfeited, told)
	}
}
