package difference_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/testkit/billdesk"
	"seatledger/internal/testkit/billlines"
)

// agreeing compares a bill of such lines, and tells how many were passed over as they agree in the plainest way.
func (d *desk) agreeing(lines ...string) int {
	d.Helper()
	bill := billdesk.Bill(d.World, uuid.NewString(), lines)
	d.compare(bill)
	n, err := d.room.Agreeing(d.Context(), bill)
	if err != nil {
		d.Fatal(err)
	}
	return n
}

// What nothing can be found about is passed over; where one thing is otherwise it is looked at, and found.
func TestOnlyWhatAgreesInEveryWayIsPassedOver(t *testing.T) {
	t.Parallel()
	november := whole("S-1", "2026-11-01", "2026-12-01", "10", "10", "100")
	all := func(d *desk) { d.billed("S-1", 10, "2026-08-01", "2027-01-01") }
	for name, c := range map[string]struct {
		ours  func(d *desk)
		lines []string
		want  string // what is found; empty: nothing, and the line is passed over
	}{
		"a month":                  {all, []string{november}, ""},
		"a cycle from the 10th on": {all, []string{whole("S-1", "2026-11-10", "2026-12-10", "10", "10", "100")}, ""},
		"in two invoices": {func(d *desk) {
			d.billed("S-1", 10, "2026-08-01", "2026-11-16")
			d.billed("S-1", 10, "2026-11-16", "2026-12-01")
		}, []string{november}, ""},
		"more seats": {all, []string{whole("S-1", "2026-11-01", "2026-12-01", "11", "10", "110")},
			"quantity 10"},
		"another price": {all, []string{whole("S-1", "2026-11-01", "2026-12-01", "10", "10.50", "105")},
			"price 5"},
		"a wrong amount":   {all, []string{whole("S-1", "2026-11-01", "2026-12-01", "10", "10", "103")}, "price 3"},
		"another currency": {all, []string{billlines.With(november, "USD", "EUR")}, "currency 100"},
		"another term":     {all, []string{billlines.With(november, "P1Y", "P3Y")}, "term 0"},
		"twice":            {all, []string{november, november}, "double 100"},
		"a part of the days": {all, []string{whole("S-1", "2026-11-11", "2026-12-01", "10", "10", "66.66")},
			"period -33.33"},
		"days that we did not bill": {func(d *desk) {
			d.billed("S-1", 10, "2026-08-01", "2026-11-11")
			d.billed("S-1", 10, "2026-11-21", "2026-12-01")
		}, []string{november}, "period 33.33"},
		"days that we billed twice": {func(d *desk) {
			d.billed("S-1", 10, "2026-08-01", "2026-11-21")
			d.billed("S-1", 10, "2026-11-11", "2026-12-01")
		}, []string{november}, "quantity -33.33"},
		"billed below cost": {func(d *desk) {
			all(d)
			d.owns(`UPDATE invoice_lines SET unit_price = 9`)
		}, []string{november}, "billed_below_cost 10"},
		"seats that joined in between": {func(d *desk) {
			all(d)
			d.Seats(d.ID("S-1"), 12, "2026-11-16")
		}, []string{november}, "quantity -10"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			d.same("S-1", 10, "2026-08-01")
			c.ours(d)
			n := d.agreeing(c.lines...)
			got := strings.Join(d.said(), ", ")
			switch {
			case c.want == "" && (n != 1 || got != ""):
				t.Errorf("%d passed over, found %q", n, got)
			case c.want != "" && n != 0:
				t.Errorf("passed over, found %q", got)
			case c.want != "" && !strings.HasPrefix(got, strings.Replace(c.want, " ", " S-1 ", 1)):
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}
