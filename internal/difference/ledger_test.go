package difference_test

import (
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/billing"
	"seatledger/internal/distributor"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/internal/testkit/billdesk"
	"seatledger/internal/testkit/billlines"
	"seatledger/internal/testkit/billtest"
)

var november = []string{"2026-11-01", "2026-12-01"}

// line writes a line of the bill for November.
func line(sub, seats, unit, amount string) string {
	return billlines.With(billlines.In(sub, "cycleCharge", november, seats, unit, amount), "P-"+sub, "PN-"+sub)
}

func (d *desk) draft(end string) {
	d.Helper()
	bills := billing.Service{Service: invoice.Service{DB: d.DB.DB, Clock: d.Clock, Zone: time.UTC}}
	_, err := bills.Draft(d.Context(), billtest.Bea, billing.Order{Run: billing.Run{ContractID: d.Contract,
		Kind: invoice.FullCycle, End: billtest.Day(d, end)}})
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) take(lines ...string) {
	d.Helper()
	d.compare(billdesk.Bill(d.World, "november.csv", lines))
}

// answers are what the expected cost says of each line.
func (d *desk) answers() string {
	d.Helper()
	return d.Text(`SELECT string_agg(l.subscription_external_id || ' ' || m.answer, ', ' ORDER BY l.place)
		FROM supplier_matches m JOIN supplier_bill_lines l ON l.id = m.line_id`)
}

func TestTheBillIsHeldAgainstLedgerAndCostsBeforeAnyInvoice(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, sub := range []string{"equal", "more", "dear", "cheap"} {
		d.Add(sub, 10, "2026-11-01")
	}
	d.take(line("equal", "10", "10", "100"), line("more", "12", "10", "120"), line("dear", "10", "10.50", "105"),
		line("cheap", "10", "9", "90"), line("stranger", "1", "3", "3"))
	want := []string{"price cheap -10 -10", "price dear 5 5", "quantity more 20 20", "unmapped stranger 3 3"}
	if got := d.said(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got, want := d.answers(),
		"equal equal, more different, dear different, cheap different, stranger incomparable"; got != want {
		t.Errorf("answers: %s", got)
	}
	if got := d.Text(`SELECT concat_ws(' ', lines, matched, compared, equal, differ, incomparable) FROM
		supplier_comparisons`); got !=
		"5 4 1 1 3 1" { // beside the invoices only the stranger's days wait for none
		t.Errorf("figures: %s", got)
	}
}

// Our invoice follows the bill, or the ledger: what of it has reached the customer is said.
func TestAnInvoiceSaysWhetherADifferenceReachedIt(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Add("S-1", 10, "2026-11-01")
	d.draft("2026-12-01")
	d.take(line("S-1", "12", "10", "120"))
	if got := d.Text(`SELECT kind || ' ' || reached || ' ' || trim_scale(once_amount) FROM
		differences`); got != "quantity partly 20" {
		t.Errorf("got %q", got)
	}
}

func TestWhatEndedAndIsCharged(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Add("S-1", 10, "2026-09-01")
	r := billtest.Record("S-1", 10, billtest.Day(d, "2026-09-01"))
	r.Status, r.StatusText = distributor.StatusCancelled, "cancelled"
	r.End = billtest.Day(d, "2026-11-01")
	d.Sync(r)
	d.take(line("S-1", "10", "10", "100"))
	if got := d.said(); !slices.Equal(got, []string{"charged_after_end S-1 70 100"}) { // it ended when that was seen
		t.Errorf("got %q; %s", got, d.Text(`SELECT concat_ws(' ', state, deactivated_on, ends_on) FROM
		subscriptions`))
	}
}

func TestWhatNobodyHasSignedOff(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.AddUnpriced("S-1", 10, "2026-11-01")
	d.take(line("S-1", "10", "10", "100"))
	if got := d.said(); !slices.Equal(got, []string{"unsigned S-1 100 100"}) {
		t.Errorf("got %q", got)
	}
}

func TestARenewalAtAHigherCostWhosePriceStayed(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Today("2026-01-10")
	d.Add("S-1", 10, "2026-01-01")
	d.Today("2026-11-10")
	r := billtest.Record("S-1", 10, billtest.Day(d, "2026-11-01"))
	r.UnitCost, r.CostPeriod = decimal.NewNullDecimal(decimal.RequireFromString("10.30")), money.Month
	d.Sync(r)
	d.take(line("S-1", "10", "10.30", "103"))
	if got := d.said(); !slices.Equal(got, []string{"renewal_price S-1 3 3"}) {
		t.Errorf("got %q; %s", got, d.Text(`SELECT string_agg(concat_ws(' ', event, effective_at, unit_cost), ', ')
		FROM license_changes`))
	}
}

func TestATermThatIsNotOurs(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Add("S-1", 10, "2026-11-01")
	d.take(billlines.With(line("S-1", "10", "10", "100"), "P1Y", "P3Y"))
	if got := d.said(); !slices.Equal(got, []string{"term S-1 0 0"}) {
		t.Errorf("got %q", got)
	}
}
