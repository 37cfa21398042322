package plan_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"seatledger/internal/account"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/subscription/plan"
)

// memory keeps one subscription and its ledger as the database would, for the rules alone.
type memory struct {
	t       testing.TB
	now     time.Time
	account plan.Account
	stored  *plan.Subscription
	rows    []ledger.Change
	landing *plan.Landing
	refund  bool
	log     []distributor.Change
	last    plan.Plan
}

var stellr = plan.Provider{ID: uuid.MustParse("018f0000-0000-7000-8000-00000000000a"), Connector: distributor.Stellr,
	Currency: "USD"}

func mapped(n byte) plan.Account {
	id := uuid.UUID{15: n}
	return plan.Account{ID: id, State: account.Mapped, CRMAccountID: uuid.NullUUID{UUID: id, Valid: true}}
}

// newMemory stands at 10 March 2026 with an account that is mapped.
func newMemory(t testing.TB) *memory {
	a := mapped(1)
	return &memory{t: t, now: time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC), account: a, refund: true,
		landing: &plan.Landing{CRMAccountID: a.CRMAccountID.UUID}}
}

func (m *memory) at(day string) *memory {
	m.now = date(day).Start(time.UTC).Add(2 * time.Hour)
	return m
}

func (m *memory) input(r *plan.Reading) plan.Input {
	return plan.Input{Stored: m.stored, Reading: r, Provider: stellr, Account: m.account, Log: m.log,
		Timeline: m.timeline(), Landing: m.landing, Refund: m.refund, Seen: m.now, Zone: time.UTC}
}

func (m *memory) current() plan.Current {
	return plan.Current{Subscription: *m.stored, Account: m.account, Timeline: m.timeline()}
}

// see reads a record and keeps what it means.
func (m *memory) see(d distributor.Subscription) *memory {
	m.t.Helper()
	r, err := plan.Read(d, stellr)
	if err != nil {
		m.t.Fatal(err)
	}
	m.keep(plan.Decide(m.input(&r)))
	return m
}

// miss says that a complete listing lacked the plan.
func (m *memory) miss() *memory {
	m.t.Helper()
	m.keep(plan.Decide(m.input(nil)))
	return m
}

func (m *memory) keep(p plan.Plan) {
	m.t.Helper()
	m.last = p
	if p.Empty() {
		return
	}
	row := p.Row
	if row.ID == uuid.Nil {
		row.ID = uuid.UUID{15: 9}
	}
	m.rows = append(m.rows, p.Entries...)
	m.stored = &row
	if sum := m.sum(); sum != row.Billable() || sum != row.LedgerQuantity {
		m.t.Fatalf("ledger sums to %d, kept as %d, billable are %d", sum, row.LedgerQuantity, row.Billable())
	}
	if len(p.Entries) > 0 && p.Entries[len(p.Entries)-1].QuantityAfter != m.sum() {
		m.t.Fatalf("quantity after the last row is %d, want %d", p.Entries[len(p.Entries)-1].QuantityAfter, m.sum())
	}
}

func (m *memory) sum() int {
	sum := 0
	for _, r := range m.rows {
		sum += r.Delta
	}
	return sum
}

func (m *memory) timeline() ledger.Timeline {
	var t ledger.Timeline
	for _, r := range m.rows {
		t = append(t, ledger.Point{On: r.EffectiveAt, Delta: r.Delta})
	}
	return t
}

// seatsOn is how many seats count on a day.
func (m *memory) seatsOn(day clock.Date) int { return m.timeline().At(day) }

// lines are the rows in the order they were recorded.
func (m *memory) lines() []string {
	var lines []string
	for _, r := range m.rows {
		line := fmt.Sprintf("%s %s %+d", r.EffectiveAt, r.Event, r.Delta)
		if r.Reason != ledger.NoReason {
			line += " " + string(r.Reason)
		}
		if r.Billing == ledger.Archived || r.Billing == "" && r.Delta < 0 && !r.Refund { // as the ledger stores it
			line += " archived"
		}
		if r.Estimated {
			line += " estimated"
		}
		lines = append(lines, line)
	}
	return lines
}

func (m *memory) want(state plan.State, lines ...string) {
	m.t.Helper()
	if diff := cmp.Diff(lines, m.lines()); diff != "" {
		m.t.Errorf("ledger (-want +got):\n%s", diff)
	}
	if m.stored.State != state {
		m.t.Errorf("state %s, want %s", m.stored.State, state)
	}
}
