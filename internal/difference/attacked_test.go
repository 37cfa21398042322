package difference_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"seatledger/internal/distributor"
	"seatledger/internal/testkit/billlines"
	"seatledger/internal/testkit/billtest"
)

// What another program's bills found in the comparison, each with the value that is right.

// event writes two lines of one change of seats: the refund of the old count and the charge of the new one.
func event(sub, from, to, unit string, refund, charge [2]string) []string {
	var out []string
	for _, l := range [][2]string{refund, charge} {
		out = append(out, billlines.Event(billlines.With(billlines.Charge(sub, "addQuantity", "monthly", from, to, l[0],
			unit, l[1]), "P-"+sub, "PN-"+sub), "e-"+sub))
	}
	return out
}

// 12 seats at 5.17, and 15 from the seventh day on: 48.03 are given back and 60.03 charged, each rounded down; by days
// three seats would come to 12.008.
func TestTheMoneyOfAnEventIsTheBillsOwn(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.cost("S-1", 12, "2026-10-18", "5.17", "")
	d.draft("2026-11-01")
	d.draft("2026-12-01")
	bill := event("S-1", "2026-10-25", "2026-11-18", "5.17", [2]string{"-12", "-48.03"}, [2]string{"15", "60.03"})
	d.take(append(bill, billlines.With(billlines.Charge("S-1", "cycleCharge", "monthly", "2026-10-18", "2026-11-18",
		"12", "5.17", "62.04"), "P-S-1", "PN-S-1"))...)
	if got := d.said(); !slices.Equal(got, []string{"not_billed_on S-1 12 15.51"}) {
		t.Errorf("got %q", got)
	}
}

// cost adds a subscription that the distributor charges at so much a month, and that is billed from its first day on.
func (d *desk) cost(sub string, seats int, start, cost string, frequency distributor.Frequency) {
	d.Helper()
	r := billtest.Record(sub, seats, billtest.Day(d, start))
	r.UnitCost = decimal.NewNullDecimal(decimal.RequireFromString(cost))
	if frequency != "" {
		r.Frequency = frequency
	}
	d.Sync(r)
	d.Price(d.ID(sub), "40", "")
	d.Sign(d.ID(sub))
}
