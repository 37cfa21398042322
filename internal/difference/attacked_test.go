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

func TestASentenceNamesALineByItsNumberOnTheBill(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Add("S-1", 10, "2026-11-01")
	d.draft("2026-12-01")
	d.take(line("S-0", "1", "1", "1"), line("S-1", "10", "10", "120"))
	const want = "Line A2 charges 120; its quantity, price and days come to 100"
	d.wants(want, `SELECT why FROM differences WHERE kind = 'price'`)
	d.wants(want, `SELECT m.answer_why FROM supplier_matches m JOIN supplier_bill_lines l ON l.id = m.line_id
		WHERE l.subscription_external_id = 'S-1'`)
}

// The word says a year; days and money are a month's, so that the word alone is wrong.
func TestAWordForAYearBesideAMonthsDaysIsOneCause(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.cost("S-1", 12, "2026-11-01", "19.375", "")
	d.cost("S-2", 1, "2026-11-01", "10", "")
	d.cost("S-3", 1, "2026-11-01", "10", "")
	d.draft("2026-12-01")
	annual := func(sub, seats, unit, amount string) string {
		return billlines.With(line(sub, seats, unit, amount), ",monthly,", ",annual,")
	}
	d.take(annual("S-1", "12", "19.375", "232.50"),
		annual("S-2", "1", "120", "10"),  // a year's price, and a twelfth of it charged
		annual("S-3", "1", "120", "120")) // a year's price for a month: recon.md 6, 15
	want := []string{"price S-3 110 110", "term S-1 0 0", "term S-2 0 0", "term S-3 0 0"}
	if got := d.said(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
