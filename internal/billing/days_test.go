package billing_test

import (
	"testing"

	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/invoice"
	"seatledger/internal/testkit/billtest"
)

func TestAPriceFromJanuaryLeavesDecemberAsItIs(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-11-29", billtest.Terms{BillFrom: "2026-10-01"})
	a := o.Add("S1", 10, "2026-10-01")
	o.draft(invoice.FullCycle, "2026-12-01")
	o.Price(a, "20", "2027-01-01")
	o.want(o.draft(invoice.FullCycle, "2027-01-01"), "S1 cycle 2026-12-01 2027-01-01 10 120")
	o.Today("2026-12-20")
	o.want(o.draft(invoice.FullCycle, "2027-02-01"), "S1 cycle 2027-01-01 2027-02-01 10 200")
}

func TestInArrearsAPriceFromTodayLeavesTheMonthBefore(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-11-29", billtest.Terms{Timing: "arrears", BillFrom: "2026-10-01"})
	a := o.Add("S1", 10, "2026-10-01")
	o.Price(a, "20", "2026-11-29")
	o.want(o.draft(invoice.FullCycle, "2026-11-01"), "S1 cycle 2026-10-01 2026-11-01 10 120")
}

func TestAContractThatEndsInsideACycleAndIsExtendedBillsTheRestByTheNextRun(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-12-02", billtest.Terms{BillFrom: "2026-12-01"})
	o.Add("S1", 10, "2026-12-01")
	o.end("2026-12-16")
	o.want(o.draft(invoice.FullCycle, "2026-12-16"), "S1 cycle 2026-12-01 2026-12-16 10 58.06")
	o.end("2027-12-16")
	o.want(o.draft(invoice.FullCycle, ""), "S1 cycle 2026-12-16 2027-01-01 10 61.94")
}

// RULES 8: ledger rows and standing lines are replayed in the order of recording, and so
// is an end. A credit drafted after a contract's end stands behind it, also where no row
// lies between: 5 of 10 seats left without refund stay forfeited, and are not credited by
// the run after. By hand: 5 x 12.00 for half of November.
func TestWhatAnEndCreditsIsNotCreditedAgain(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-11-25", billtest.Terms{BillFrom: "2026-11-01"})
	a := o.Add("S1", 10, "2026-11-01")
	o.draft(invoice.FullCycle, "2026-12-01")
	o.Seats(a, 5, "2026-11-01")
	o.Tx(func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE billing_contracts SET end_date = '2026-11-16', end_refund = true WHERE id = ?`,
			o.Contract).Error
	})
	o.want(o.draft(invoice.ChangeLog, ""), "S1 catch_up 2026-11-16 2026-12-01 -5 -30")
	if due := o.due(a, "2026-12-01"); len(due) > 0 {
		t.Errorf("right after its run is due again: %+v", due)
	}
}

func (o *office) end(on string) {
	o.Tx(func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE billing_contracts SET end_date = ? WHERE id = ?`, on, o.Contract).Error
	})
}

func TestSeatsThatComeBackWithinAPaidMonthAreNotChargedTwice(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-11-25", billtest.Terms{BillFrom: "2026-11-01"})
	a := o.Add("S1", 10, "2026-11-01")
	o.draft(invoice.FullCycle, "2026-12-01")
	o.Seats(a, 5, "2026-11-05")
	o.Seats(a, 10, "2026-11-20")
	o.want(o.draft(invoice.FullCycle, "2027-01-01"), "S1 cycle 2026-12-01 2027-01-01 10 120")
}

func TestABackDatedChangeLeavesTheDaysBehindTheNextRowAsTheyWere(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-01-20", billtest.Terms{Refunds: "yes"})
	a := o.Add("S1", 10, "2026-01-01")
	o.Seats(a, 5, "2026-01-16")
	o.draft(invoice.FullCycle, "2026-02-01")
	o.Seats(a, 8, "2026-01-11")
	o.want(o.draft(invoice.FullCycle, "2026-03-01"), "S1 catch_up 2026-01-11 2026-01-16 -2 -3.87",
		"S1 cycle 2026-02-01 2026-03-01 5 60")
	if got := o.Text(`SELECT quantity FROM subscriptions WHERE id = ?`, a); got != "5" {
		t.Errorf("the quantity of today is %s", got)
	}
}

func TestAnotherProductWithoutAPriceWaitsFromItsDayAndTheDaysBeforeAreBilled(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-01-16", billtest.Terms{})
	a := o.Add("S1", 10, "2026-01-01")
	r := billtest.Record("S1", 10, billtest.Day(t, "2026-01-01"))
	r.PartNumber, r.ProductName = "PN-other", "Another product"
	o.Sync(r)
	p, err := o.Preview(t.Context(), o.run(invoice.FullCycle, "2026-02-01"))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.LeftOut) != 1 || p.LeftOut[0].Why != billing.NoPrice {
		t.Errorf("left out: %+v", p.LeftOut)
	}
	o.want(o.draft(invoice.FullCycle, "2026-02-01"), "S1 cycle 2026-01-01 2026-01-16 10 58.06")
	if got := o.through(a); got != "2026-01-16" {
		t.Errorf("billing stands at %s", got)
	}
	o.Price(a, "20", "2026-01-16")
	o.want(o.draft(invoice.FullCycle, "2026-02-01"), "S1 cycle 2026-01-16 2026-02-01 10 103.23")
}

// A reduction keeps its refund where a row entered before it turns its own step upwards: the order of two facts
// decides nothing.
func TestTheOrderInWhichTwoQuantitiesAreEnteredDecidesNothing(t *testing.T) {
	t.Parallel()
	for _, order := range [][]int{{0, 1}, {1, 0}} {
		o := open(t, "2026-12-05", billtest.Terms{BillFrom: "2026-10-01", Refunds: "yes"})
		a := o.Add("S1", 10, "2026-10-01")
		o.draft(invoice.FullCycle, "2026-12-01")
		for _, n := range order {
			o.Seats(a, []int{8, 5}[n], []string{"2026-11-20", "2026-11-10"}[n])
		}
		o.draft(invoice.ChangeLog, "")
		// 240 - 5 x 12 x 10/30 - 2 x 12 x 11/30
		if got := o.Text(`SELECT trim_scale(sum(amount)) FROM invoice_lines`); got != "211.2" {
			t.Errorf("in the order %v all comes to %s", order, got)
		}
	}
}

func TestTheSamePriceFromAnotherDayIsAChange(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-11-05", billtest.Terms{BillFrom: "2026-11-01"})
	a := o.Add("S1", 10, "2026-11-01")
	o.Price(a, "12", "2026-11-21")
	o.Price(a, "6", "2026-11-11")
	o.draft(invoice.FullCycle, "2026-12-01")
	if got := o.total(); got != "100 for 300" { // ten days at 6.00, twenty at 12.00
		t.Errorf("November comes to %s", got)
	}
}

func TestALineNamesTheProductOfItsDays(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-01-16", billtest.Terms{})
	a := o.Add("S1", 10, "2026-01-01")
	r := billtest.Record("S1", 10, billtest.Day(t, "2026-01-01"))
	r.PartNumber, r.ProductName = "PN-other", "Another product"
	o.Sync(r)
	o.Price(a, "20", "2026-01-16")
	o.Sign(a)
	o.draft(invoice.FullCycle, "2026-02-01")
	if got := o.Text(`SELECT string_agg(product_name || ' ' || part_number, ', ' ORDER BY position)
		FROM invoice_lines`); got != "Product S1 PN-S1, Another product PN-other" {
		t.Error(got)
	}
}
