package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"seatledger/internal/testkit/billlines"
)

var (
	aug, sep, oct          = billlines.Aug, billlines.Sep, billlines.Oct
	soundBill, soundBilled = billlines.SoundBill, billlines.SoundBilled
	ours                   = billlines.Ours
	lines, in, with, event = billlines.Lines, billlines.In, billlines.With, billlines.Event
	anniversary            = billlines.Anniversary
	charge, sold           = billlines.Charge, billlines.Sold
)

func TestMoneyOfWhatIsHardToTellApart(t *testing.T) {
	t.Parallel()
	threes := lines(aug, sep, oct, func(m []string) string { return in("S1", "cycleCharge", m, "3", "10", "30") })
	rate := func(line, rate string) string { return with(line, ",USD,,", ",USD,"+rate+",") }
	ann := anniversary()
	for name, c := range map[string]struct{ bill, billed, want []string }{
		"a missing cycle costs its whole price": {[]string{threes[0], threes[2]}, ours,
			[]string{"period S1 -30 -30"}},
		"a missing anniversary cycle too": {[]string{ann[0], ann[2], ann[3]}, ours,
			[]string{"period S1 -30 -30"}},
		"the last cycle is missing": {threes[:2], ours, []string{"period S1 -30 -30"}},
		"a missing cycle at an exchange rate, rounded for each seat": {[]string{
			rate(in("S1", "cycleCharge", aug, "20", "6.25", "119.60"), "0.958"),
			rate(in("S1", "cycleCharge", oct, "20", "6.25", "119.60"), "0.958")},
			lines(aug, sep, oct, func(m []string) string { return sold("S1", m[0], m[1], "20", "15", "300") }),
			[]string{"period S1 -119.6 -119.6"}},
		"another currency leaves no gap": {[]string{ann[0], with(ann[1], "USD", "EUR"), ann[2], ann[3]}, ours,
			[]string{"currency S1 30 30"}},
		"usage has no unit price to follow": {
			[]string{charge("U", "usage", "", sep[0], sep[1], "210.950039", "0.868", "155.63")},
			[]string{with(sold("U", sep[0], sep[1], "1", "200", "200"), ",month,", ",once,")}, nil},
		"usage in the vendor's words, sold by the month": {
			[]string{charge("U", "new", "", sep[0], sep[1], "210.950039", "0.868", "155.63")},
			[]string{sold("U", sep[0], sep[1], "1", "200", "200")}, nil},
		"usage that nothing is billed for": {
			[]string{charge("U", "usage", "", sep[0], sep[1], "210.950039", "0.868", "155.63")}, nil,
			[]string{"only_on_bill U 155.63 0"}},
		"usage below what it costs": {
			[]string{charge("U", "usage", "", sep[0], sep[1], "210.950039", "0.868", "155.63")},
			[]string{with(sold("U", sep[0], sep[1], "1", "100", "100"), ",month,", ",once,")},
			[]string{"billed_below_cost U 55.63 0"}},
		"a trial that becomes paid": {[]string{in("S1", "new", aug, "3", "0", "0"),
			event(charge("S1", "convert", "monthly", "2026-08-15", aug[1], "3", "0", "0"), "u"),
			event(charge("S1", "convert", "monthly", "2026-08-15", "2026-09-15", "3", "10", "30"), "u"),
			charge("S1", "cycleCharge", "monthly", "2026-09-15", "2026-10-15", "3", "10", "30"),
			charge("S1", "cycleCharge", "monthly", "2026-10-15", "2026-11-15", "3", "10", "30")},
			[]string{sold("S1", "2026-08-15", aug[1], "3", "15", "24.68"), ours[1], ours[2]}, nil},
		"the rates of three months are no prices": {[]string{rate(in("S1", "cycleCharge", aug, "3", "10", "27"),
			"0.9"),
			rate(in("S1", "cycleCharge", sep, "3", "10", "28.5"), "0.95"),
			rate(in("S1", "cycleCharge", oct, "3", "10", "27.6"), "0.92")}, ours, nil},
		"a list price that follows the rate": {[]string{rate(in("S1", "cycleCharge", aug, "3", "10", "27"), "0.9"),
			rate(in("S1", "cycleCharge", sep, "3", "9.4736842105", "27"), "0.95"),
			rate(in("S1", "cycleCharge", oct, "3", "10", "27"), "0.9")}, ours, nil},
		"a refund after the compared days is part of what nobody billed": {append(anniversary(),
			event(charge("S1", "removeQuantity", "monthly", "2026-11-05", "2026-11-21", "-3", "10", "-15.48"), "q"),
			event(charge("S1", "removeQuantity", "monthly", "2026-11-05", "2026-11-21", "2", "10", "10.32"), "q")),
			nil,
			[]string{"only_on_bill S1 114.84 30"}},
		"an event delivered twice": {[]string{threes[0], threes[1],
			event(charge("S1", "addQuantity", "monthly", "2026-09-16", sep[1], "-3", "10", "-15"), "r"),
			event(charge("S1", "addQuantity", "monthly", "2026-09-16", sep[1], "5", "10", "25"), "r"),
			event(charge("S1", "addQuantity", "monthly", "2026-09-16", sep[1], "-3", "10", "-15"), "r"),
			event(charge("S1", "addQuantity", "monthly", "2026-09-16", sep[1], "5", "10", "25"), "r")},
			[]string{ours[0], sold("S1", sep[0], "2026-09-16", "3", "15", "22.5"),
				sold("S1", "2026-09-16", sep[1], "5", "15", "37.5")}, []string{"double S1 10 20"}},
		"a refund given twice": {append(slices.Clone(threes),
			event(charge("S1", "removeQuantity", "monthly", "2026-09-16", sep[1], "-1", "10", "-5"), "r"),
			event(charge("S1", "removeQuantity", "monthly", "2026-09-16", sep[1], "-1", "10", "-5"), "r")),
			[]string{ours[0], sold("S1", sep[0], "2026-09-16", "3", "15", "22.5"),
				sold("S1", "2026-09-16", sep[1], "2", "15", "15"), ours[2]}, []string{"double S1 -5 -10"}},
		"cancelled and billed on": {[]string{threes[1],
			charge("S1", "cancelImmediate", "monthly", "2026-09-05", sep[1], "3", "10", "-26.00")}, ours[1:2],
			[]string{"quantity S1 -26 -30"}},
		"a one-time product below cost": {[]string{charge("S1", "new", "", sep[0], sep[0], "3", "120", "360")},
			[]string{with(sold("S1", sep[0], sep[0], "3", "100", "300"), ",month,", ",once,")},
			[]string{"billed_below_cost S1 60 0"}},
		"a year paid at once costs a twelfth in each month": {
			[]string{charge("S1", "new", "", aug[0], "2027-08-01", "3", "120", "360")},
			lines(aug, sep, oct, func(m []string) string { return sold("S1", m[0], m[1], "3", "9", "27") }),
			[]string{"billed_below_cost S1 9 3"}},
		"a month of ours is missing on an anniversary": {ann, []string{ours[0], ours[2]},
			[]string{"not_billed_on S1 29.35 30"}},
		"one month of more seats without an event": {[]string{threes[0],
			in("S1", "cycleCharge", sep, "4", "10", "40"), threes[2]}, ours, []string{"quantity S1 10 10"}},
		"the first month dearer than the others": {[]string{in("S1", "cycleCharge", aug, "3", "11", "33"), threes[1],
			threes[2]}, ours, []string{"price S1 3 3"}},
		"a price that rises to stay": {[]string{threes[0], in("S1", "renew", sep, "3", "11", "33"),
			in("S1", "renew", oct, "3", "11", "33")}, ours, []string{"price S1 6 3"}},
		"a second line for the same seats under the same name": {append(slices.Clone(threes),
			lines(aug, sep, oct, func(m []string) string { return in("S1", "cycleCharge", m, "3", "2", "6") })...),
			ours, nil},
		"a second line is charged twice": {append(slices.Clone(threes), in("S1", "cycleCharge", aug, "3", "2", "6"),
			in("S1", "cycleCharge", aug, "3", "2", "6")), ours, []string{"double S1 6 6"}},
		"seats added to a year that another bill charged": {[]string{
			event(charge("S1", "addQuantity", "annual", "2026-09-16", "2027-08-01", "-3", "120", "-314.63"), "y"),
			event(charge("S1", "addQuantity", "annual", "2026-09-16", "2027-08-01", "5", "120", "524.38"), "y")},
			[]string{ours[0], ours[1], sold("S1", oct[0], oct[1], "5", "15", "75")},
			[]string{"not_billed_on S1 9.86 20"}}, // 2 seats, 120 a year, 15 of 365 days
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, err := run(t, append(slices.Clone(soundBill), c.bill...),
				append(slices.Clone(soundBilled), c.billed...))
			if err != nil {
				t.Fatal(err)
			}
			if got := said(rows); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestAnotherNumberOfOneTimeProductsNamesBothLines(t *testing.T) {
	t.Parallel()
	rows, err := run(t, append(slices.Clone(soundBill), charge("S1", "new", "", sep[0], sep[0], "3", "120", "360")),
		append(slices.Clone(soundBilled), with(sold("S1", sep[0], sep[0], "2", "150", "300"), ",month,", ",once,")))
	if err != nil || !slices.Equal(said(rows), []string{"quantity S1 120 0"}) {
		t.Fatalf("%q %v", said(rows), err)
	}
	if rows[0][12] != "A4" || rows[0][13] != "B4" {
		t.Errorf("bill line %q, billed line %q", rows[0][12], rows[0][13])
	}
}

// One subscription of many lines takes no longer than many of one, and a signal ends it.
func TestManyLinesOfOneSubscription(t *testing.T) {
	t.Parallel()
	var bill []string
	for i := range 20_000 {
		bill = append(bill, with(in("S1", "cycleCharge", aug, "1", "10", "10"), "P-S1", fmt.Sprint("P", i%3)))
	}
	rows, err := run(t, bill, []string{sold("S1", aug[0], aug[1], "20000", "15", "300000")})
	if err != nil || len(rows) > 0 {
		t.Errorf("%q %v", said(rows), err)
	}
}

// asked is a context that ends after it was asked so many times.
type asked struct {
	context.Context
	times, until int
}

func (a *asked) Err() error {
	if a.times++; a.until > 0 && a.times >= a.until {
		return context.Canceled
	}
	return nil
}

func TestASignalEndsItAtAnyTimeAndLeavesNothing(t *testing.T) {
	t.Parallel()
	var bill, billed []string
	for i := range 4000 {
		sub := "S1" // half of the lines are one subscription's
		if i%2 == 0 {
			sub = fmt.Sprint("S", i)
		}
		bill = append(bill, in(sub, "cycleCharge", aug, "1", "10", "10"))
		billed = append(billed, sold(sub, aug[0], aug[1], "2", "15", "30"))
	}
	whole := &asked{Context: t.Context()}
	if _, err := runUntil(whole, t, bill, billed); err != nil {
		t.Fatal(err)
	}
	if whole.times < 2000 {
		t.Errorf("asked %d times only", whole.times)
	}
	for _, until := range []int{1, 3, 6, 8, whole.times / 2, whole.times - 1} {
		if _, err := runUntil(&asked{Context: t.Context(), until: until}, t, bill, billed); !errors.Is(err,
			context.Canceled) {
			t.Errorf("ended at %d of %d: said %v", until, whole.times, err)
		}
	}
}
