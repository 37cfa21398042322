package billing_test

import (
	"testing"

	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/billtest"
)

func TestInArrearsWhatACutoverFreezesIsBilledUpToItsSwitchDayBeforeTheCycleEnds(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-02-10", billtest.Terms{Timing: "arrears", BillFrom: "2026-02-01"})
	frozen, goesOn := o.Add("S1", 10, "2026-02-01"), o.Add("S2", 5, "2026-02-01")
	o.Tx(func(tx *gorm.DB) error {
		_, err := subscription.Freeze(t.Context(), tx, o.Act(frozen), billtest.Day(t, "2026-02-15"))
		return err
	})
	closing := o.draft(invoice.ChangeLog, "")
	if got := o.through(frozen); got != "2026-02-15" {
		t.Errorf("the frozen one is billed through %s", got)
	}
	if lines := o.lines(closing); len(lines) == 0 || lines[0] != "S1 cycle 2026-02-01 2026-02-15 10 60" {
		t.Errorf("closing invoice: %q", lines)
	}
	o.Today("2026-03-02")
	rest := o.draft(invoice.FullCycle, "2026-03-01")
	for _, line := range o.lines(rest) {
		if line[:2] == "S1" {
			t.Errorf("billed again: %s", line)
		}
	}
	if got := o.through(goesOn); got != "2026-03-01" {
		t.Errorf("the other one is billed through %s", got)
	}
}

func TestInArrearsWhatAPersonEndedIsBilledUpToItsLastDayBeforeTheCycleEnds(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-02-10", billtest.Terms{Timing: "arrears", BillFrom: "2026-02-01"})
	a := o.Add("S1", 10, "2026-02-01")
	o.draft(invoice.ChangeLog, "") // its own first charge, up to the day of the run
	o.Tx(func(tx *gorm.DB) error {
		_, err := subscription.Deactivate(t.Context(), tx, o.Act(a),
			subscription.Ending{By: subscription.ByPerson, On: billtest.Day(t, "2026-02-20")})
		return err
	})
	o.want(o.draft(invoice.ChangeLog, "2026-02-20"), "S1 cycle 2026-02-11 2026-02-20 10 38.57")
	if _, err := o.Service.Preview(t.Context(),
		o.run(invoice.ChangeLog, "2026-02-25")); errs.FieldsOf(err)["period_end"] == "" {
		t.Errorf("beyond the last day: %v", err)
	}
}
