package difference_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"seatledger/internal/distributor"
	"seatledger/internal/testkit/billlines"
	"seatledger/internal/testkit/billtest"
)

var ten = decimal.NewFromInt(10)

// same adds a subscription of one product at 10.00 a seat and month.
func (d *desk) same(sub string, seats int, start string) {
	d.Helper()
	r := billtest.Record(sub, seats, billtest.Day(d, start))
	r.PartNumber, r.UnitCost = "CFQ7TTC0LH18:0001:P1Y:M", decimal.NewNullDecimal(ten)
	r.Frequency = distributor.Monthly
	d.Sync(r)
	d.Price(d.ID(sub), "40", "")
	d.Sign(d.ID(sub))
}

// One product at the same customer, recon.md 6, 14: the second began on days of the bill, for as many seats.
func TestTheSameLicenceTwiceIsAskedOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		seats int    // of the second
		start string // of the second
		bill  []string
		want  []string
	}{
		"as many from the first day on": {10, "2026-11-01", []string{whole("S-2", "2026-11-01", "2026-12-01", "10",
			"10", "100")}, []string{"double S-2 100 0"}},
		"as many from the 16th on": {10, "2026-11-16", []string{whole("S-2", "2026-11-16", "2026-12-16", "10",
			"10", "100")}, []string{"double S-2 50 0"}},
		"others than those": {4, "2026-11-01", []string{whole("S-2", "2026-11-01", "2026-12-01", "4", "10", "40")},
			nil},
		"it was there before": {10, "2026-10-05", []string{whole("S-2", "2026-11-05", "2026-12-05", "10", "10",
			"100")},
			nil},
		"cancelled at once": {10, "2026-11-01", []string{whole("S-2", "2026-11-01", "2026-12-01", "10", "10", "100"),
			billlines.With(whole("S-2", "2026-11-01", "2026-12-01", "-10", "10", "-100"), "cycleCharge",
				"cancelImmediate")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			d.same("S-1", 10, "2026-08-01")
			d.same("S-2", c.seats, c.start)
			d.billed("S-1", 10, "2026-08-01", "2027-01-01")
			if name != "cancelled at once" {
				d.billed("S-2", c.seats, c.start, "2027-01-01")
			}
			d.take(append(c.bill, whole("S-1", "2026-11-01", "2026-12-01", "10", "10", "100"))...)
			if got := only("double", d.said()); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func only(kind string, said []string) (out []string) {
	for _, x := range said {
		if strings.HasPrefix(x, kind+" ") {
			out = append(out, x)
		}
	}
	return out
}
