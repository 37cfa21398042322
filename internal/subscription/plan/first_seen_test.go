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
		{"blank with a past end date stays active",
			record("S", status(distributor.StatusBlank), term("2024-01-15", "2025-01-14")), plan.Active,
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
		{"already ended: both rows archived, closed after its last day",
			record("S", status(distributor.StatusExpired), term("2025-01-15", "2026-01-14")), plan.Inactive,
			[]string{"2025-01-15 create +5 archived", "2026-01-15 deactivate -5 provider archived"}},
		{"already ended without an end: closed when seen",
			record("S", status(distributor.StatusDeleted), term("2025-01-15", "")), plan.Inactive,
			[]string{"2025-01-15 create +5 archived", "2026-03-10 deactivate -5 provider archived estimated"}},
		{"an end before the start closes at the start",
			record("S", status(distributor.StatusCancelled), term("2026-02-01", "2026-01-01")), plan.Inactive,
			[]string{"2026-02-01 create +5 archived", "2026-02-01 deactivate -5 provider archived estimated"}},
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

// The record says what its end date means where start, term and end are known: the
// same day some terms later is the day after, one day less the last. Else the setting
// does, and that is a guess (RULES 2).
func TestWhatAnEndDateMeans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		start   string
		term    distributor.Term
		end     string
		usual   plan.EndDate
		want    string
		guessed bool
	}{
		{"2026-01-15", distributor.Annual, "2027-01-14", "", "2027-01-15", false},
		{"2026-01-15", distributor.Annual, "2027-01-15", "", "2027-01-15", false},
		{"2026-01-15", distributor.Annual, "2027-01-15", plan.EndIsLastDay, "2027-01-15", false},
		// after a renewal: the start does not move
		{"2024-01-15", distributor.Annual, "2027-01-15", "", "2027-01-15", false},
		{"2026-01-31", distributor.Monthly, "2026-02-28", "", "2026-02-28", false},
		{"2026-01-15", distributor.Triennial, "2029-01-14", plan.EndIsDayAfter, "2029-01-15", false},
		{"2026-06-10", distributor.Annual, "2026-11-10", "", "2026-11-11", true}, // aligned to another's end
		{"2026-06-10", distributor.Annual, "2026-11-10", plan.EndIsDayAfter, "2026-11-10", true},
		{"", distributor.Annual, "2026-11-10", "", "2026-11-11", true},
		{"2026-06-10", distributor.FreqUnknown, "2027-06-10", "", "2027-06-11", true},
		{"2026-06-10", distributor.Annual, "", "", "", false},
	} {
		on, guessed := plan.Facts{Start: date(c.start), Term: c.term, End: date(c.end)}.FirstDayWithout(c.usual)
		if on != date(c.want) || guessed != c.guessed {
			t.Errorf("%s %s %s %s: %s guessed %v", c.start, c.term, c.end, c.usual, on, guessed)
		}
	}
}
