package plan_test

import (
	"testing"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/subscription/plan"
)

func unreadStart(text string) func(*distributor.Subscription) {
	return func(d *distributor.Subscription) { d.Start, d.StartText = clock.Date{}, text }
}

func unreadEnd(text string) func(*distributor.Subscription) {
	return func(d *distributor.Subscription) { d.End, d.EndText = clock.Date{}, text }
}

func (m *memory) say(start, end string) *memory {
	m.t.Helper()
	p, err := plan.Say(m.input(nil), date(start), date(end))
	if err != nil {
		m.t.Fatal(err)
	}
	m.keep(p)
	return m
}

func TestAStartThatCannotBeReadIsDatedByNobodyUntilAPersonSaysIt(t *testing.T) {
	t.Parallel()
	m := newMemory(t).at("2026-03-10").see(record("S", unreadStart("spring")))
	m.want(plan.Active)
	if !m.stored.Undated || m.stored.Billable() != 0 || m.stored.StartText != "spring" {
		t.Errorf("%+v", m.stored)
	}
	if again := m.at("2026-03-11").see(record("S", unreadStart("spring"))).last; !again.Empty() {
		t.Errorf("the same again: %+v", again)
	}
	m.at("2026-03-20").see(record("S", unreadStart("spring"), seats(8))).want(plan.Active)
	m.at("2026-03-25").say("2026-03-01", "")
	m.want(plan.Active, "2026-03-01 create +5", "2026-03-20 update +3 estimated")
	if m.stored.Start != date("2026-03-01") || m.stored.TermStart != date("2026-03-01") || m.stored.Undated {
		t.Errorf("%+v", m.stored)
	}
	if again := m.see(record("S", unreadStart("spring"), seats(8))).last; !again.Empty() {
		t.Errorf("the same text asks again: %+v", again)
	}
	m.see(record("S", unreadStart("summer"), seats(8)))
	if !m.stored.StartUnread() || m.stored.Start != date("2026-03-01") {
		t.Errorf("another text: %+v", m.stored)
	}
	m.want(plan.Active, "2026-03-01 create +5", "2026-03-20 update +3 estimated")
}

func TestAStartThatBecomesReadableBeginsByItself(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S", unreadStart("spring"))).at("2026-03-12").see(record("S"))
	m.want(plan.Active, "2026-01-15 create +5")
}

func TestWhatEndedBeforeItsStartWasSaidIsClosed(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S", unreadStart("spring"))).at("2026-03-20").see(record("S", unreadStart("spring"),
		status(distributor.StatusCancelled)))
	m.want(plan.Inactive)
	m.at("2026-03-25").say("2026-03-01", "").want(plan.Inactive, "2026-03-01 create +5",
		"2026-03-20 deactivate -5 provider estimated")

	m = newMemory(t).see(record("S", unreadStart("spring"), status(distributor.StatusExpired)))
	m.want(plan.Inactive)
	m.say("2026-02-01", "").want(plan.Inactive, "2026-02-01 create +5 archived",
		"2027-01-15 deactivate -5 provider archived estimated")
}

func TestAnEndThatCannotBeReadClosesNothingUntilAPersonSaysIt(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S")).at("2026-04-01").see(record("S", unreadEnd("end of term"),
		status(distributor.StatusExpired)))
	m.want(plan.Active, "2026-01-15 create +5")
	if m.stored.End != date("2027-01-14") || !m.stored.EndUnread() {
		t.Errorf("%+v", m.stored)
	}
	m.say("", "2026-03-31").want(plan.Inactive, "2026-01-15 create +5", "2026-04-01 deactivate -5 provider estimated")
}

func TestWhatAPersonSaysOfADateIsRefusedWhereItCannotBe(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S", unreadStart("spring")))
	for field, days := range map[string][][2]string{
		"start_date": {{"", ""}, {"0202-03-01", ""}, {"2062-03-01", ""}, {"2027-02-01", ""}},
		"end_date":   {{"", "2026-12-01"}},
	} {
		for _, d := range days {
			_, err := plan.Say(m.input(nil), date(d[0]), date(d[1]))
			if errs.FieldsOf(err)[field] == "" {
				t.Errorf("%v: %v", d, err)
			}
		}
	}
	m = newMemory(t).see(record("S"))
	if _, err := plan.Say(m.input(nil), date("2026-03-01"), clock.Date{}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("nothing to say: %v", err)
	}
}

func typedEnd(end string, what distributor.AtEnd) func(*distributor.Subscription) {
	return func(d *distributor.Subscription) { d.Start, d.End, d.AtEnd = date("2026-01-01"), date(end), what }
}

func TestAnEndThatAPersonTypedIsCertain(t *testing.T) {
	t.Parallel()
	m := newMemory(t).see(record("S", typedEnd("2026-06-30", distributor.AtEndEnds)))
	m.want(plan.Active, "2026-01-01 create +5")
	if m.stored.EndsOn != date("2026-07-01") {
		t.Errorf("ends on %s", m.stored.EndsOn)
	}
	m.see(record("S", typedEnd("2026-06-30", distributor.AtEndRenews)))
	if !m.stored.EndsOn.IsZero() {
		t.Errorf("it renews, and ends on %s", m.stored.EndsOn)
	}
	m.see(record("S", typedEnd("2026-06-30", distributor.AtEndEnds)))
	m.at("2026-07-01").keep(plan.AtItsEnd(m.input(nil)))
	m.want(plan.Inactive, "2026-01-01 create +5", "2026-07-01 deactivate -5 provider")
	if again := m.see(record("S", typedEnd("2026-06-30", distributor.AtEndEnds))).last; !again.Empty() {
		t.Errorf("the same again: %+v", again)
	}
	m.at("2026-07-20").see(record("S", typedEnd("2026-12-31", distributor.AtEndEnds)))
	m.want(plan.Active, "2026-01-01 create +5", "2026-07-01 deactivate -5 provider", "2026-07-01 activate +5 provider",
		"2026-07-01 renew +0")
	if m.stored.EndsOn != date("2027-01-01") {
		t.Errorf("ends on %s", m.stored.EndsOn)
	}
}
