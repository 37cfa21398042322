package plan_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/distributor"
	"seatledger/internal/subscription/plan"
)

const begun = "2026-01-15 create +5"

func entry(at string, delta int, text string) distributor.Change {
	moment, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	return distributor.Change{SubscriptionExternalID: "S", At: moment, On: date(at[:10]), Delta: delta, Text: text}
}

func TestSeatsThatTheChangeLogExplainsAreDatedByIt(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S")).at("2026-03-20")
	m.log = []distributor.Change{
		entry("2026-03-12T09:00:00-04:00", 3, "Add 3 seats"), entry("2026-03-15T23:30:00-04:00", -1, "Remove 1 seat"),
		entry("2026-03-01T09:00:00-04:00", 2, "Add 2 seats, known already"),
		{SubscriptionExternalID: "other", At: m.now, On: date("2026-03-16"), Delta: 9},
	}
	m.see(record("S", seats(7))).want(plan.Active, begun, "2026-03-12 update +3", "2026-03-15 update -1")
}

func TestSeatsThatTheChangeLogDoesNotExplainExactlyAreEstimated(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S")).at("2026-03-20")
	m.log = []distributor.Change{entry("2026-03-12T09:00:00-04:00", 3, "Add 3 seats")}
	m.see(record("S", seats(9))).want(plan.Active, begun, "2026-03-20 update +4 estimated")
}

func TestChangeLogWithoutTimeOfDayCountsOnTheDayOfTheLastReading(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S")).at("2026-03-11")
	m.log = []distributor.Change{entry("2026-03-10T00:00:00Z", 2, "Add 2 seats")}
	m.see(record("S", seats(7))).want(plan.Active, begun, "2026-03-10 update +2")
}

func TestFewerSeatsFollowTheContractsRefundSetting(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S"))
	m.refund = false
	m.see(record("S", seats(2))).want(plan.Active, begun, "2026-03-10 update -3 archived estimated")
}

func TestCostWithinATermIsItsOwnRow(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S")).see(record("S", costs("19.10")))
	m.want(plan.Active, begun, "2026-03-10 cost +0 estimated")
	if got := m.rows[1].Cost.Value.Decimal.String(); got != "19.1" {
		t.Errorf("cost of the row %s", got)
	}
	if was := m.rows[1].Details["cost"]; was == nil {
		t.Error("the row does not tell the old cost")
	}
}

func TestRenewal(t *testing.T) {
	t.Parallel()
	next := term("2027-01-15", "2028-01-14")
	cases := []struct {
		name   string
		seen   string
		record distributor.Subscription
		row    string
	}{
		{"a later start is a new term", "2027-01-15", record("S", next), "2027-01-15 renew +0"},
		{"seats that change with the term belong to it", "2027-01-15", record("S", next, seats(4)),
			"2027-01-15 renew -1"},
		{"so does the cost", "2027-01-15", record("S", next, costs("20")), "2027-01-15 renew +0"},
		{"seen late it is dated at the term's start", "2027-02-20", record("S", next, seats(6)), "2027-01-15 renew +1"},
		{"an end moved on once it was reached", "2027-01-15", record("S", term("2026-01-15", "2028-01-14")),
			"2027-01-15 renew +0"},
		{"another length of term", "2026-05-01", record("S",
			func(d *distributor.Subscription) { d.Term = distributor.Triennial }), "2026-05-01 renew +0 estimated"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := newMemory(t).see(record("S")).at(c.seen).see(c.record)
			m.want(plan.Active, begun, c.row)
			if again := m.see(c.record).last; !again.Empty() {
				t.Errorf("the same record again is not empty: %+v", again.Entries)
			}
		})
	}
}

func TestRenewalProposesThePriceAndKeepsTheOldOne(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S")).at("2027-01-15")
	r, err := plan.Read(record("S", term("2027-01-15", "2028-01-14")), stellr)
	if err != nil {
		t.Fatal(err)
	}
	in := m.input(&r)
	in.Proposal = uuid.NullUUID{UUID: uuid.UUID{1}, Valid: true}
	p := plan.Decide(in)
	if p.Row.ProposedItemID != in.Proposal || p.Row.PriceItemID.Valid || p.Row.TermStart != date("2027-01-15") {
		t.Errorf("proposed %v, item %v, term from %s", p.Row.ProposedItemID, p.Row.PriceItemID, p.Row.TermStart)
	}
}

func TestAnEndThatMovesWhileItLiesAheadOnlyAlignsTerms(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S")).see(record("S", term("2026-01-15", "2027-06-30")))
	m.want(plan.Active, begun)
	if m.stored.End != date("2027-06-30") {
		t.Errorf("end %s", m.stored.End)
	}
}

func TestTrialThatConvertsIsARenewal(t *testing.T) {
	t.Parallel()
	trial := record("S", func(d *distributor.Subscription) { d.Kind = distributor.Trial })
	newMemory(t).see(trial).see(record("S")).want(plan.Active, begun, "2026-03-10 renew +0 estimated")
}

func TestARowNeverDatesADayBelowZeroSeats(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S", term("2026-04-01", "2027-03-31")))
	m.see(record("S", term("2026-04-01", "2027-03-31"), seats(2)))
	m.want(plan.Active, "2026-04-01 create +5", "2026-04-01 update -3 estimated")
}
