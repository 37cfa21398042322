package reconcile_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seatledger/internal/reconcile"
	"seatledger/internal/testkit/billlines"
)

const billHead, billedHead = billlines.BillHead, billlines.BilledHead

// run writes both files, each line with its number, and reads what the verb makes of them.
func run(t *testing.T, bill, billed []string, more ...string) ([][]string, error) {
	t.Helper()
	return runUntil(t.Context(), t, bill, billed, more...)
}

// runUntil is run, ended by a signal.
func runUntil(ctx context.Context, t *testing.T, bill, billed []string, more ...string) ([][]string, error) {
	t.Helper()
	dir := t.TempDir()
	out := filepath.Join(dir, "out.csv")
	a, b := filepath.Join(dir, "bill.csv"), filepath.Join(dir, "billed.csv")
	numbered(t, a, billHead, bill, "A")
	numbered(t, b, billedHead, billed, "B")
	err := reconcile.Run(ctx, append([]string{"--bill", a, "--billed", b, "--out", out}, more...), t.Output())
	if err != nil && !errors.Is(err, reconcile.ErrDifferences) {
		if _, gone := os.Stat(out); !os.IsNotExist(gone) {
			t.Errorf("a result is there after %v", err)
		}
		return nil, err
	}
	f, openErr := os.Open(out)
	if openErr != nil {
		t.Fatal(openErr)
	}
	defer func() { _ = f.Close() }()
	rows, readErr := csv.NewReader(f).ReadAll()
	if readErr != nil {
		t.Fatal(readErr)
	}
	if want := (len(rows) > 1); want != errors.Is(err, reconcile.ErrDifferences) {
		t.Errorf("%d rows and %v", len(rows), err)
	}
	return rows[1:], nil
}

func numbered(t *testing.T, path, head string, lines []string, prefix string) {
	t.Helper()
	all := []string{head}
	for i, l := range lines {
		if strings.HasPrefix(l, ",") {
			l = fmt.Sprintf("%s%d%s", prefix, i+1, l)
		}
		all = append(all, l)
	}
	if err := os.WriteFile(path, []byte(strings.Join(all, "\r\n")+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// said is kind, subscription, once and month of each row.
func said(rows [][]string) (out []string) {
	for _, r := range rows {
		out = append(out, strings.Join([]string{r[1], r[4], r[7], r[6]}, " "))
	}
	return out
}

var january = []string{"2026-01-01", "2026-02-01"}

func month(sub, word, quantity, unit, amount string) string {
	return charge(sub, word, "monthly", january[0], january[1], quantity, unit, amount)
}

func soldMonth(sub, seats, unit, amount string) string {
	return sold(sub, january[0], january[1], seats, unit, amount)
}

func TestEachCauseIsFoundWithItsMoney(t *testing.T) {
	t.Parallel()
	sound := month("S0", "cycleCharge", "1", "1.00", "1.00")
	soundToo := soldMonth("S0", "1", "2.00", "2.00")
	for name, c := range map[string]struct {
		bill, billed []string
		want         []string
	}{
		"nothing differs": {[]string{month("S1", "cycleCharge", "10", "5.00", "50.00")},
			[]string{soldMonth("S1", "10", "6.00", "60.00")}, nil},
		"1 more seats charged than billed": {[]string{month("S1", "cycleCharge", "12", "5.00", "60.00")},
			[]string{soldMonth("S1", "10", "6.00", "60.00")}, []string{"quantity S1 10 10"}},
		"6 fewer seats charged than billed": {[]string{month("S1", "cycleCharge", "8", "5.00", "40.00")},
			[]string{soldMonth("S1", "10", "6.00", "60.00")}, []string{"quantity S1 -10 -10"}},
		"2 seats added on the 20th": {[]string{month("S1", "cycleCharge", "10", "10.08", "100.80"),
			charge("S1", "addQuantity", "monthly", "2026-01-20", "2026-02-01", "-10", "10.08", "-39.01"),
			charge("S1", "addQuantity", "monthly", "2026-01-20", "2026-02-01", "12", "10.08", "46.82")},
			[]string{soldMonth("S1", "10", "12.00", "120.00")}, []string{"not_billed_on S1 7.81 20.16"}},
		"10 wipe and recreate that we bill too": {[]string{month("S1", "cycleCharge", "10", "10.08", "100.80"),
			charge("S1", "addQuantity", "monthly", "2026-01-20", "2026-02-01", "-10", "10.08", "-39.01"),
			charge("S1", "addQuantity", "monthly", "2026-01-20", "2026-02-01", "12", "10.08", "46.82")},
			[]string{sold("S1", "2026-01-01", "2026-01-20", "10", "12.00", "73.55"),
				sold("S1", "2026-01-20", "2026-02-01", "12", "12.00", "55.74")}, nil},
		"only on the bill": {[]string{month("S1", "new", "3", "5.00", "15.00"), sound}, []string{soundToo},
			[]string{"only_on_bill S1 15 15"}},
		"only here": {[]string{sound}, []string{soundToo, soldMonth("S1", "3", "5.00", "15.00")},
			[]string{"only_here S1 -15 -15"}},
		"a year paid at once": {[]string{charge("S1", "new", "", "2026-01-01", "2027-01-01", "10", "120.96",
			"1209.60"), sound},
			[]string{soundToo}, []string{"only_on_bill S1 1209.6 100.8"}},
		"3 days that we did not bill": {[]string{month("S1", "new", "3", "5.00", "15.00"),
			charge("S1", "cycleCharge", "monthly", "2026-02-01", "2026-03-01", "3", "5.00", "15.00"),
			charge("S0", "cycleCharge", "monthly", "2026-02-01", "2026-03-01", "1", "1.00", "1.00"), sound},
			[]string{soldMonth("S1", "3", "6.00", "18.00"), soundToo,
				sold("S0", "2026-02-01", "2026-03-01", "1", "2.00",
					"2.00")}, []string{"not_billed_on S1 15 15"}},
		"half of the period billed": {[]string{month("S1", "new", "3", "5.00", "15.00"), sound},
			[]string{sold("S1", "2026-01-01", "2026-01-17", "3", "6.00", "9.29"), soundToo},
			[]string{"period S1 7.26 15"}},
		"9 an amount that its own figures do not give": {[]string{month("S1", "new", "3", "5.00", "17.50")},
			[]string{soldMonth("S1", "3", "6.00", "18.00")}, []string{"price S1 2.5 2.5"}},
		"13 two prices on one bill": {[]string{month("S1", "cycleCharge", "3", "5.00", "15.00"),
			charge("S1", "renew", "monthly", "2026-02-01", "2026-03-01", "3", "5.50", "16.50")},
			[]string{soldMonth("S1", "3", "6.00", "18.00"),
				sold("S1", "2026-02-01", "2026-03-01", "3", "6.00", "18.00")},
			[]string{"price S1 1.5 1.5"}},
		"7 another currency": {[]string{month("S1", "new", "3", "5.00", "15.00")},
			[]string{strings.Replace(soldMonth("S1", "3", "6.00", "18.00"), "USD", "EUR", 1)},
			[]string{"currency S1 15 15"}},
		"charged twice": {[]string{month("S1", "cycleCharge", "3", "5.00", "15.00"),
			month("S1", "cycleCharge", "3", "5.00", "15.00")},
			[]string{soldMonth("S1", "3", "6.00", "18.00")}, []string{"double S1 15 15"}},
		"14 twice, and both are billed": {[]string{month("S1", "cycleCharge", "3", "5.00", "15.00"),
			month("S1", "cycleCharge", "3", "5.00", "15.00")},
			[]string{soldMonth("S1", "6", "6.00", "36.00")}, nil},
		"below cost": {[]string{month("S1", "cycleCharge", "3", "5.00", "15.00")},
			[]string{soldMonth("S1", "3", "4.50", "13.50")}, []string{"billed_below_cost S1 1.5 1.5"}},
		"15 a price of a year against one of a month": {
			[]string{charge("S1", "new", "annual", "2026-01-01", "2027-01-01", "10", "120.96", "1209.60")},
			[]string{soldMonth("S1", "10", "10.08", "100.80")}, nil},
		"11 another cycle than ours": {[]string{charge("S1", "cycleCharge", "monthly", "2026-01-15", "2026-02-15", "3",
			"5.00", "15.00"), sound}, []string{soldMonth("S1", "3", "6.00", "18.00"), soundToo}, nil},
		"20 bought and cancelled at once": {[]string{month("S1", "new", "3", "5.00", "15.00"),
			month("S1", "cancelImmediate", "3", "-5.00", "-15.00"), month("S2", "new", "25", "0", "0"), sound},
			[]string{soundToo}, nil},
		"17 one count of seats in two lines": {[]string{month("S1", "cycleCharge", "3", "50.00", "150.00"),
			strings.Replace(month("S1", "cycleCharge", "3", "7.00", "21.00"), "Product S1", "Product S1 calling", 1)},
			[]string{soldMonth("S1", "3", "60.00", "180.00")}, nil},
		"once": {[]string{charge("S1", "new", "one_time", "2026-01-05", "", "2", "30.00", "60.00"), sound},
			[]string{soundToo}, []string{"only_on_bill S1 60 0"}},
		"an exchange rate": {[]string{strings.Replace(month("S1", "new", "3", "5.00", "13.50"), ",USD,,",
			",USD,0.9,", 1)},
			[]string{soldMonth("S1", "3", "6.00", "18.00")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, err := run(t, c.bill, c.billed)
			if err != nil {
				t.Fatal(err)
			}
			if got := said(rows); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// Microsoft's own worked lines (recon.md 3): whatever its rounding, none of them is a price difference.
func TestMicrosoftsWorkedLinesFollowFromTheirFigures(t *testing.T) {
	t.Parallel()
	for _, l := range []struct{ from, to, quantity, unit, amount string }{
		{"2021-06-18", "2021-07-18", "10", "10.08", "100.80"},
		{"2021-06-20", "2021-07-18", "-10", "10.08", "-94.08"},
		{"2021-06-20", "2021-07-18", "12", "10.08", "112.89"},
		{"2021-06-20", "2021-07-18", "8", "10.08", "75.26"},
		{"2022-03-07", "2022-04-05", "15", "12", "168.38"},
		{"2022-03-07", "2022-04-05", "10", "12", "-112.25"},
		{"2022-03-10", "2022-04-05", "25", "12", "251.61"},
		{"2022-03-12", "2022-04-05", "23", "12", "213.67"},
		{"2022-03-14", "2022-04-05", "20", "12", "170.32"},
		{"2022-03-25", "2022-04-05", "30", "12", "127.74"},
		{"2022-07-17", "2022-08-15", "10", "10.08", "-94.20"},
		{"2022-06-25", "2022-07-18", "300", "10.08", "-2316"},
		{"2022-06-25", "2022-07-18", "300", "6.43", "1476"},
	} {
		// The cycle ends with the line: its days are those of the cycle that the month before began.
		rows, err := run(t, []string{charge("S1", "new", "monthly", l.from, l.to, l.quantity, l.unit, l.amount)},
			[]string{sold("S1", l.from, l.to, l.quantity, "1000", "0")})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r[1] == "price" {
				t.Errorf("%v: %v", l, r)
			}
		}
	}
}

func TestTheOrderOfLinesAndASecondRunChangeNothing(t *testing.T) {
	t.Parallel()
	var bill, billed []string
	for i := range 60 {
		sub := fmt.Sprintf("S%d", i)
		seats := 1 + i%7
		bill = append(bill, fmt.Sprintf("A%d%s", i, month(sub, "cycleCharge", fmt.Sprint(seats), "4.00",
			fmt.Sprintf("%d.00", 4*seats))))
		if i%5 != 0 {
			billed = append(billed, fmt.Sprintf("B%d%s", i, soldMonth(sub, fmt.Sprint(seats+i%3), "5.00", "1.00")))
		}
	}
	first, err := run(t, bill, billed)
	if err != nil || len(first) == 0 {
		t.Fatal(len(first), err)
	}
	for range 5 {
		rand.Shuffle(len(bill), func(i, j int) { bill[i], bill[j] = bill[j], bill[i] })
		rand.Shuffle(len(billed), func(i, j int) { billed[i], billed[j] = billed[j], billed[i] })
		again, err := run(t, bill, billed)
		if err != nil || !slices.EqualFunc(first, again, slices.Equal) {
			t.Fatalf("%v\n%q\n%q", err, first, again)
		}
	}
}

func TestAFileThatCannotBeReadLeavesNoResult(t *testing.T) {
	t.Parallel()
	good, sale := month("S1", "new", "3", "5.00", "15.00"), soldMonth("S1", "3", "6.00", "18.00")
	for name, c := range map[string]struct {
		bill, billed []string
		want         string
	}{
		"an impossible date": {[]string{strings.Replace(good, "2026-02-01", "2026-02-30", 1)}, []string{sale},
			"line 2, column to"},
		"a short row": {[]string{good, good[:40]}, []string{sale}, "line 3"},
		"no number": {[]string{good}, []string{strings.Replace(sale, "18.00", "abc", 1)},
			"line 2, column amount"},
		"nothing billed":  {[]string{good}, nil, "has no lines"},
		"a comma decimal": {[]string{strings.Replace(good, "15.00", `"15,00"`, 1)}, []string{sale}, "column amount"},
		"a huge number": {[]string{strings.Replace(good, "15.00", "1e999999999", 1)}, []string{sale},
			"column amount"},
		"no currency": {[]string{strings.Replace(good, "USD", "", 1)}, []string{sale}, "column currency"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := run(t, c.bill, c.billed); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("said %v", err)
			}
		})
	}
}

func TestTheToleranceExcusesAmountsAndNoSeats(t *testing.T) {
	t.Parallel()
	off := []string{month("S1", "new", "3", "5.00", "15.90"), month("S2", "new", "4", "0.01", "0.04")}
	here := []string{soldMonth("S1", "3", "6.00", "18.00"), soldMonth("S2", "3", "6.00", "18.00")}
	rows, err := run(t, off, here, "--tolerance", "0.30")
	if err != nil || !slices.Equal(said(rows), []string{"quantity S2 0.01 0.01"}) {
		t.Errorf("%q %v", said(rows), err)
	}
}
