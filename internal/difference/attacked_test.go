package difference_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/distributor"
	"seatledger/internal/testkit/billdesk"
	"seatledger/internal/testkit/billlines"
	"seatledger/internal/testkit/billtest"
)

// What another program's bills found in the comparison, each with the value that is right.

// event writes two lines of one change of seats: the refund of the old count and the charge of the new one.
func event(sub, from, to, unit string, refund, charge [2]string) []string {
	var out []string
	for _, l := range [][2]string{refund, charge} {
		out = append(out, billlines.Event(billlines.With(billlines.Charge(sub, "addQuantity", "monthly", from, to,
			l[0],
			unit, l[1]), "P-"+sub, "PN-"+sub), "e-"+sub))
	}
	return out
}

// 12 seats at 5.17, and 15 from the seventh day on: 48.03 are given back and 60.03 charged, each rounded down; by
// days
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

// whole writes a line of a whole cycle.
func whole(sub, from, to, seats, unit, amount string) string {
	return billlines.With(billlines.Charge(sub, "cycleCharge", "monthly", from, to, seats, unit, amount), "P-"+sub,
		"PN-"+sub)
}

// A year that began in March is charged by March's bill, which nobody gave us; October's could hold no day of it.
func TestAYearThatBeganBeforeTheBillIsNotComparable(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.cost("march", 2, "2026-03-16", "10", distributor.Annual)
	d.cost("november", 2, "2026-11-16", "10", distributor.Annual)
	d.Exec(`UPDATE subscriptions SET start_date = '2025-11-16' WHERE external_id = 'november'`)
	d.Add("S-1", 10, "2026-11-01")
	d.billed("march", 2, "2026-03-16", "2026-12-01")
	d.billed("november", 2, "2026-10-01", "2026-12-01")
	d.billed("S-1", 10, "2026-11-01", "2026-12-01")
	d.take(line("S-1", "10", "10", "100"), strings.Replace(whole("november", "2026-11-16", "2027-11-16", "2", "120",
		"240"), ",monthly,", ",annual,", 1))
	if got := d.said(); got != nil {
		t.Errorf("got %q", got)
	}
}

// The first bill of a provider has cycles from the 14th on: the days before it are on July's, which we do not have.
func TestDaysBeforeTheFirstCycleOfTheFirstBillAreNotComparable(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.cost("S-1", 3, "2026-05-14", "10", "")
	d.billed("S-1", 2, "2026-05-14", "2026-12-01")
	d.billed("S-1", 1, "2026-11-01", "2026-12-01")
	d.take(whole("S-1", "2026-11-14", "2026-12-14", "3", "10", "30"))
	if got := d.said(); got != nil {
		t.Errorf("got %q", got)
	}
}

// Seven seats at 25.83 from the 7th on cost 180.81 a cycle. October's bill has them, November's lacks them, and we
// have
// billed both months and December: what lacks is the cycle that begins in November, to its last day.
func TestACycleThatTheBillLacksIsToldToTheCent(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"2027-01-01": "only_here S-1 -180.81 -180.81",
		"2026-12-01": "only_here S-1 -144.65 -180.81", // 24 of 30 days, up to the last that is billed
	} {
		t.Run(to, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			d.cost("S-1", 7, "2026-05-07", "25.83", "")
			d.Add("S-2", 10, "2026-11-01")
			d.billed("S-1", 7, "2026-05-07", "2026-12-01")
			if to > "2026-12-01" {
				d.billed("S-1", 7, "2026-12-01", to)
			}
			d.compare(billdesk.Bill(d.World, "october.csv", []string{whole("S-1", "2026-10-07", "2026-11-07", "7",
				"25.83", "180.81")}))
			d.take(line("S-2", "10", "10", "100"))
			if got := d.said(); !slices.Contains(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// A subscription from the 1st on: October's bill has it whole, November's from the 11th on.
func TestTheFirstDaysOfAMonthThatTheBillLeavesOut(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.cost("S-1", 12, "2026-08-01", "9.02", "")
	d.billed("S-1", 12, "2026-08-01", "2026-12-01")
	d.billed("S-1", 12, "2026-12-01", "2027-01-01")
	for _, m := range []string{"2026-09", "2026-10"} {
		next := map[string]string{"2026-09": "2026-10-01", "2026-10": "2026-11-01"}[m]
		d.compare(billdesk.Bill(d.World, m, []string{whole("S-1", m+"-01", next, "12", "9.02", "108.24")}))
	}
	d.take(whole("S-1", "2026-11-11", "2026-12-01", "12", "9.02", "72.16"))
	if got := d.said(); !slices.Equal(got, []string{"period S-1 -36.08 -108.24"}) {
		t.Errorf("got %q", got)
	}
}

// billed has seats on an invoice, at 40 a month and as though all days were one.
func (d *desk) billed(sub string, seats int, from, to string) {
	d.Helper()
	invoice := uuid.Must(uuid.NewV7())
	d.Exec(`INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start,
		period_end, drafted_by, drafted_at) VALUES (?, ?, ?, 'full_cycle', 'draft', 'USD', 0, ?, ?, 'Bea Example',
		?)`,
		invoice, d.Contract, d.Customer, from, to, d.Clock.Now())
	d.Exec(`INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind, part_number, from_date,
		to_date,
			seats, unit_price, price_period, currency, amount, exact)
		VALUES (gen_random_uuid(), ?, 1, ?, 'catch_up', ?, ?, ?, ?, 40, 'month', 'USD', ?, 0)`, invoice, d.ID(sub),
		"PN-"+sub, from, to, seats, 40*seats)
}

// Two bills of a month come in at once: what the second charges is not lacking on the first, though nobody has
// compared the second yet.
func TestABillThatNobodyHasComparedYetChargesItsDays(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, sub := range []string{"S-1", "S-2"} {
		d.cost(sub, 10, "2026-08-05", "10", "")
		d.billed(sub, 10, "2026-08-05", "2027-01-01")
	}
	one := billdesk.Bill(d.World, "one.csv", []string{whole("S-1", "2026-11-05", "2026-12-05", "10", "10", "100")})
	billdesk.Bill(d.World, "two.csv", []string{whole("S-2", "2026-11-05", "2026-12-05", "10", "10", "100")})
	d.compare(one)
	if got := d.said(); got != nil {
		t.Errorf("got %q", got)
	}
}

// October's line is taken back and charged anew on November's bill, which says nothing of it in the end: October's bill
// has these days.
func TestAFormerMonthThatIsTakenBackAndChargedAnewIsNothing(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.cost("S-1", 10, "2026-08-05", "10", "")
	d.billed("S-1", 10, "2026-08-05", "2027-01-01")
	october := whole("S-1", "2026-10-05", "2026-11-05", "10", "10", "100")
	d.compare(billdesk.Bill(d.World, "october.csv", []string{october}))
	d.take(whole("S-1", "2026-11-05", "2026-12-05", "10", "10", "100"), october,
		whole("S-1", "2026-10-05", "2026-11-05", "-10", "10", "-100"))
	if got := d.said(); got != nil {
		t.Errorf("got %q", got)
	}
}
