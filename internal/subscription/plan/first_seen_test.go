package plan_test

import (
	"testing"

	"seatledger/internal/distributor"
	"seatledger/internal/subscription/plan"
)

func TestFirstSeen(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		record distributor.Subscription
		state  plan.State
		ledger []string
	}{
		{"active begins at the distributor's start", record("S"), plan.Active,
			[]string{"2026-01-15 create +5"}},
		{"suspended is still billed by the distributor", record("S", status(distributor.StatusSuspended)), plan.Active,
			[]string{"2026-01-15 create +5"}},
		{"blank with a past end date stays active", record("S", status(distributor.StatusBlank), term("2024-01-15", "2025-01-14")), plan.Active,
			[]string{"2024-01-15 create +5"}},
		{"a word nobody knows stays active", record("S", status("hibernating")), plan.Active,
			[]string{"2026-01-15 create +5"}},
		{"pending is held with a full ledger", record("S", status(distributor.StatusPending)), plan.Held,
			[]string{"2026-01-15 create +5"}},
		{"no seats are a subscription too", record("S", seats(0)), plan.Active,
			[]string{"2026-01-15 create +0"}},
		{"without a start it is dated at first sight, estimated and archived", record("S", term("", "")), plan.Active,
			[]string{"2026-03-10 create +5 archived estimated"}},
		{"a start that lies ahead is the start", record("S", term("2026-04-01", "2027-03-31")), plan.Active,
			[]string{"2026-04-01 create +5"}},
		{"already ended: both rows archived, closed after its last day", record("S", status(distributor.StatusExpired), term("2025-01-15", "2026-01-14")), plan.Inactive,
			[]string{"2025-01-15 create +5 archived", "2026-01-15 deactivate -5 provider archived"}},
		{"already ended without an end: closed when seen", record("S", status(distributor.StatusDeleted), term("2025-01-15", "")), plan.Inactive,
			[]string{"2025-01-15 create +5 archived", "2026-03-10 deactivate -5 provider archived estimated"}},
		{"an end before the start closes at the start", record("S", status(distributor.StatusCancelled), term("2026-02-01", "2026-01-01")), plan.Inactive,
			[]string{"2026-02-01 create +5 archived", "2026-02-01 deactivate -5 provider archived"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := newMemory(t).see(c.record)
			m.want(c.state, c.ledger...)
			if again := m.see(c.record).last; !again.Empty() {
				t.Errorf("the same record again is not empty: %+v", again)
			}
		})
	}
}

func TestRowsBeforeTheFirstBillingDayAreArchived(t *testing.T) {
	t.Parallel()
	m := newMemory(t)
	m.landing.BillFrom = date("2026-02-01")
	m.see(record("S")).want(plan.Active, "2026-01-15 create +5 archived")
}

func TestEndDateMayBeTheDayAfter(t *testing.T) {
	t.Parallel()
	if got := plan.EndIsDayAfter.FirstDayWithout(date("2026-01-15")); got != date("2026-01-15") {
		t.Errorf("day after: %s", got)
	}
	if got := plan.EndIsLastDay.FirstDayWithout(date("2026-01-14")); got != date("2026-01-15") {
		t.Errorf("last day: %s", got)
	}
}
