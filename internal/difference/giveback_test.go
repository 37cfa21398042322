package difference_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/difference"
	"seatledger/internal/errs"
	"seatledger/internal/testkit/billdesk"
	"seatledger/internal/testkit/billlines"
	"seatledger/internal/testkit/billtest"
)

// ordered has November's bill charge 12 seats where we have 10, and bills two of them to the customer.
func (d *desk) ordered() (bill uuid.UUID, step difference.Step) {
	d.Helper()
	d.Add("S-1", 10, "2026-11-01")
	d.draft("2026-12-01")
	bill = billdesk.Bill(d.World, "november.csv", []string{line("S-1", "12", "10", "120")})
	d.compare(bill)
	step = difference.Step{ID: d.difference("quantity")}
	if err := d.room.Bill(d.Context(), billtest.Bea, step); err != nil {
		d.Fatal(err)
	}
	if err := d.correct(); err != nil {
		d.Fatal(err)
	}
	d.compare(bill)
	return bill, step
}

// removal are the lines by which a later bill takes two of 12 seats back from the 16th of November on.
func removal() []string {
	var out []string
	for _, l := range [][2]string{{"-12", "-60"}, {"10", "50"}} {
		out = append(out, billlines.Event(billlines.With(billlines.Charge("S-1", "removeQuantity", "monthly",
			"2026-11-16", "2026-12-01", l[0], "10", l[1]), "P-S-1", "PN-S-1"), "e"))
	}
	return out
}

// What a later bill takes back of ordered seats is a quantity below zero: billed, and not charged in the end. It is
// given back to the customer for just these days, and a change of mind orders it again.
func TestWhatALaterBillTakesBackOfOrderedSeatsIsGivenBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, first := d.ordered()
	december := billdesk.Bill(d.World, "december.csv", append(removal(), whole("S-1", "2026-12-01", "2027-01-01",
		"10",
		"10", "100")))
	d.compare(december)
	if got := d.said(); !slices.Equal(got, []string{"quantity S-1 -10 -20"}) {
		t.Fatalf("got %q", got)
	}
	d.wants("2026-11-16 to 2026-11-30: 10 seats charged, 12 billed; "+
		"seats of it were billed to the customer from a bill",
		`SELECT why FROM differences WHERE gone_at IS NULL`)
	step := difference.Step{ID: uuid.MustParse(d.Text(`SELECT id FROM differences WHERE gone_at IS NULL`))}
	for range 2 {
		if err := d.room.Bill(t.Context(), billtest.Bea, step); err != nil {
			t.Fatal(err)
		}
		d.wants("2 2026-11-01 2026-11-16", `SELECT string_agg(concat_ws(' ', seats, from_on, to_on), ', ')
			FROM supplier_seats WHERE undone_at IS NULL`)
		if err := d.room.Undo(t.Context(), billtest.Bea, step); err != nil {
			t.Fatal(err)
		}
		d.wants("2 2026-11-01 2026-12-01", `SELECT string_agg(concat_ws(' ', seats, from_on, to_on), ', ')
			FROM supplier_seats WHERE undone_at IS NULL`)
	}
	if err := d.room.Bill(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	if err := d.correct(); err != nil {
		t.Fatal(err)
	}
	if got := d.lines(); got != "catch_up -2 2026-11-16 2026-12-01 -12" {
		t.Errorf("the next run: %s", got)
	}
	d.compare(december)
	if got := d.said(); got != nil {
		t.Errorf("afterwards %q", got)
	}
	// What ordered them is taken back whole: the rest goes with it, and nothing comes again.
	if err := d.room.Undo(t.Context(), billtest.Bea, first); err != nil {
		t.Fatal(err)
	}
	if err := d.room.Undo(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	d.wants("0", `SELECT count(*) FROM supplier_seats WHERE undone_at IS NULL`)
}

// A corrected bill without the seats makes the decided difference one to do again, below zero.
func TestACorrectedBillWithoutOrderedSeatsHasThemGivenBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	bill, step := d.ordered()
	d.replaced(bill, line("S-1", "10", "10", "100"))
	if got := d.said(); !slices.Equal(got, []string{"quantity S-1 -20 -20"}) {
		t.Fatalf("got %q", got)
	}
	d.wants("todo billed at 20 by Bea Example, and it comes to something else now",
		`SELECT state || ' ' || again_why FROM differences WHERE gone_at IS NULL`)
	if err := d.room.Bill(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	if err := d.correct(); err != nil {
		t.Fatal(err)
	}
	if got := d.lines(); got != "catch_up -2 2026-11-01 2026-12-01 -24" {
		t.Errorf("the next run: %s", got)
	}
}

func TestWhatWasNeverOrderedIsNotGivenBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Add("S-1", 10, "2026-11-01")
	d.draft("2026-12-01")
	d.take(line("S-1", "8", "10", "80"))
	err := d.room.Bill(t.Context(), billtest.Bea, difference.Step{ID: d.difference("quantity")})
	if errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), "Correct the ledger") {
		t.Errorf("got %v", err)
	}
}
