package plan_test

import (
	"testing"
	"time"

	"seatledger/internal/distributor"
	"seatledger/internal/subscription/plan"
)

func TestClosingDay(t *testing.T) {
	t.Parallel()
	early := []distributor.Change{{SubscriptionExternalID: "S",
		At: date("2026-01-20").Start(time.UTC).Add(9 * time.Hour), On: date("2026-01-20"), Ended: true}}
	late := []distributor.Change{{SubscriptionExternalID: "S",
		At: date("2026-01-22").Start(time.UTC).Add(9 * time.Hour), On: date("2026-01-22"), Ended: true}}
	other := func(d *distributor.Subscription) { d.Vendor = "Example Backup" }
	ended := term("2026-01-15", "2026-03-01")
	cases := []struct {
		name   string
		record distributor.Subscription
		log    []distributor.Change
		row    string
	}{
		{"within 168 hours of the purchase: the day of the change log",
			record("S", status(distributor.StatusCancelled)), early, "2026-01-20 deactivate -5 provider"},
		{"later the term is owed to its end", record("S", status(distributor.StatusCancelled)), late,
			"2027-01-15 deactivate -5 provider"},
		{"Microsoft's window is Microsoft's", record("S", status(distributor.StatusCancelled), other), early,
			"2027-01-15 deactivate -5 provider"},
		{"without an end date ahead: when seen", record("S", status(distributor.StatusDiscontinued), ended), nil,
			"2026-03-10 deactivate -5 provider estimated"},
		{"a term that ran out ends with its end date", record("S", status(distributor.StatusExpired), ended), nil,
			"2026-03-02 deactivate -5 provider estimated"},
		{"expired without an end date: when seen", record("S", status(distributor.StatusExpired),
			term("2026-01-15", "")), nil, "2026-03-10 deactivate -5 provider estimated"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			start := record("S", func(d *distributor.Subscription) { d.Vendor, d.End = c.record.Vendor, c.record.End })
			m := newMemory(t).see(start)
			m.log = c.log
			m.see(c.record).want(plan.Inactive, begun, c.row)
			if again := m.see(c.record).last; !again.Empty() {
				t.Errorf("the same record again is not empty: %+v", again)
			}
		})
	}
}

func TestGoneAndBack(t *testing.T) {
	t.Parallel()
	t.Run("the same start: no day is lost", func(t *testing.T) {
		t.Parallel()
		m := newMemory(t).see(record("S")).miss().at("2026-03-25").see(record("S"))
		m.want(plan.Active, begun, "2026-03-10 deactivate -5 gone", "2026-03-10 activate +5 back")
	})
	t.Run("with other seats: they changed when seen", func(t *testing.T) {
		t.Parallel()
		m := newMemory(t).see(record("S")).miss().at("2026-03-25").see(record("S", seats(8)))
		m.want(plan.Active, begun, "2026-03-10 deactivate -5 gone", "2026-03-10 activate +5 back",
			"2026-03-25 update +3 estimated")
	})
	t.Run("another start: from there", func(t *testing.T) {
		t.Parallel()
		m := newMemory(t).see(record("S")).miss().at("2026-03-25").see(record("S", term("2026-03-20", "2027-03-19")))
		m.want(plan.Active, begun, "2026-03-10 deactivate -5 gone", "2026-03-20 activate +5 back")
	})
	t.Run("gone is told once", func(t *testing.T) {
		t.Parallel()
		if p := newMemory(t).see(record("S")).miss().at("2026-03-11").miss().last; !p.Empty() {
			t.Errorf("told again: %+v", p)
		}
	})
	t.Run("what had ended is not gone", func(t *testing.T) {
		t.Parallel()
		if p := newMemory(t).see(record("S", status(distributor.StatusExpired))).miss().last; !p.Empty() {
			t.Errorf("plan %+v", p)
		}
	})
}

func TestACancellationTakenBackCountsNoDayTwice(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S")).see(record("S",
		status(distributor.StatusCancelled))).at("2026-04-01").see(record("S"))
	m.want(plan.Active, begun, "2027-01-15 deactivate -5 provider", "2027-01-15 activate +5 provider estimated")
	for _, day := range []string{"2026-03-31", "2026-04-01", "2027-01-14", "2027-01-15"} {
		if got := m.seatsOn(date(day)); got != 5 {
			t.Errorf("%s: %d seats", day, got)
		}
	}
}

func TestMovedToAnotherAccountKeepsTheLedgerAndLosesTheCustomer(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S"))
	from := m.account.ID
	m.account = mapped(2)
	m.see(record("S", seats(6)))
	m.want(plan.Held, begun, "2026-03-10 update +1 estimated")
	s := m.stored
	if !m.last.Moved || s.MovedFromID.UUID != from || s.AccountID != m.account.ID || s.CRMAccountID.Valid ||
		s.ContractID.Valid || s.HoldReason != plan.HoldUnmapped {
		t.Errorf("moved %v from %v, customer %v, hold %s", m.last.Moved, s.MovedFromID, s.CRMAccountID, s.HoldReason)
	}
}

func TestFrozenStoresFactsAndCountsNothing(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]distributor.Subscription{"seats": record("S", seats(9)),
		"ended": record("S", status(distributor.StatusCancelled))} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMemory(t).see(record("S"))
			five := 5
			m.stored.FrozenQuantity, m.stored.FrozenFrom = &five, date("2026-03-01")
			m.see(next).want(plan.Active, begun)
			if m.stored.Quantity != next.Quantity || m.stored.Status != next.Status || len(m.last.Conflicts) != 1 {
				t.Errorf("stored %d %s, conflicts %v", m.stored.Quantity, m.stored.Status, m.last.Conflicts)
			}
			if again := m.see(next).last; !again.Empty() || len(again.Conflicts) != 0 {
				t.Errorf("again: %+v", again)
			}
		})
	}
}
