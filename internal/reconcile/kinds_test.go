package reconcile_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seatledger/internal/reconcile"
)

// The kinds of difference that people report, by the number they have in our notes (recon.md 6). Two files cannot show
// 18, a bill read before it is closed: nothing in it says so. Of 5 they show that our own days are compared, of 13
// that a price changed and not why, of 16 what damage can be undone.
func TestTheKindsThatPeopleReport(t *testing.T) {
	t.Parallel()
	a, b := anniversary(), ours
	three := func(m []string) string { return in("S1", "cycleCharge", m, "3", "10", "30") }
	threes := lines(aug, sep, oct, three)
	unnamed := func(line, part string) string {
		return with(with(line, "P-"+part, "P"), "Customer of "+part, "ACME Ltd")
	}
	for name, c := range map[string]struct{ bill, billed, want []string }{
		"1 more seats than we bill": {lines(aug, sep, oct, func(m []string) string {
			return in("S1", "cycleCharge", m, "5", "10", "50")
		}), b, []string{"quantity S1 60 20"}},
		"2 an addition in mid-month that we did not prorate": {append(slices.Clone(threes),
			event(charge("S1", "addQuantity", "monthly", "2026-10-16", oct[1], "-3", "10", "-15.48"), "e"),
			event(charge("S1", "addQuantity", "monthly", "2026-10-16", oct[1], "5", "10", "25.80"), "e")), b,
			[]string{"not_billed_on S1 10.32 20"}},
		"3 two subscriptions of one product, by id": {append(slices.Clone(threes),
			lines(aug, sep, oct, func(m []string) string {
				return with(in("S2", "cycleCharge", m, "2", "10", "20"), "P-S2", "P-S1")
			})...), append(slices.Clone(b), lines(aug, sep, oct, func(m []string) string {
			return with(sold("S2", m[0], m[1], "2", "15", "30"), "P-S2", "P-S1")
		})...), nil},
		"3 two subscriptions that we know by one other id, in sums": {[]string{
			unnamed(in("T1", "cycleCharge", aug, "3", "10", "30"), "T1"),
			unnamed(in("T2", "cycleCharge", aug, "2", "10", "20"), "T2")},
			[]string{unnamed(sold("ours", aug[0], aug[1], "4", "15", "60"), "ours")}, []string{"quantity T1 T2 10 10"}},
		"5 each month with the seats that it had": {[]string{threes[0], in("S1", "renew", sep, "9", "10", "90"),
			in("S1", "renew", oct, "9", "10", "90")},
			[]string{b[0], sold("S1", sep[0], sep[1], "9", "15", "135"),
				sold("S1", oct[0], oct[1], "9", "15", "135")}, nil},
		"6 the bill is over ours": {threes, lines(aug, sep, oct, func(m []string) string {
			return sold("S1", m[0], m[1], "2", "15", "30")
		}), []string{"quantity S1 30 10"}},
		"6 the bill is under ours": {threes, lines(aug, sep, oct, func(m []string) string {
			return sold("S1", m[0], m[1], "4", "15", "60")
		}), []string{"quantity S1 -30 -10"}},
		"6 unexpected": {threes, nil, []string{"only_on_bill S1 90 30"}},
		"6 missing":    {nil, b, []string{"only_here S1 -135 -45"}},
		"7 two currencies are two sums, and once is not monthly": {[]string{
			charge("S1", "new", "one_time", "2026-08-05", "", "2", "30", "60"),
			with(charge("S1", "new", "one_time", "2026-08-05", "", "1", "7", "7"), "USD", "EUR")}, nil,
			[]string{"only_on_bill S1 7 0", "only_on_bill S1 60 0"}},
		"8 it did not reach our invoice, but others of it did": {threes, b[:2], []string{"not_billed_on S1 30 30"}},
		"9 rounded down for each seat": {[]string{in("S1", "cycleCharge", aug, "10", "9.999", "99.90")},
			[]string{sold("S1", aug[0], aug[1], "10", "15", "150")}, nil},
		"9 more than rounding": {[]string{in("S1", "cycleCharge", aug, "3", "10", "30.04")}, b[:1],
			[]string{"price S1 0.04 0.04"}},
		"10 wipe and recreate": {append(slices.Clone(threes),
			event(charge("S1", "addQuantity", "monthly", "2026-10-16", oct[1], "3", "10", "-15.48"), "e"),
			event(charge("S1", "addQuantity", "monthly", "2026-10-16", oct[1], "5", "10", "25.80"), "e")),
			append(slices.Clone(b), sold("S1", "2026-10-16", oct[1], "2", "15", "15.48")), nil},
		"11 an anniversary against calendar months": {a, b, nil},
		"12 a credit for something else": {append(slices.Clone(threes),
			charge("S1", "customerCredit", "", aug[0], aug[1], "-1", "9", "-9")), b, nil},
		"13 a renewal at another price": {[]string{threes[0], threes[1],
			in("S1", "renew", oct, "3", "10.30", "30.90")}, b, []string{"price S1 0.9 0.9"}},
		"14 the same licence twice after a migration, one of them billed": {append(slices.Clone(threes),
			lines(aug, sep, oct, func(m []string) string {
				return with(in("S2", "cycleCharge", m, "3", "10", "30"), "P-S2", "P-S1")
			})...), b, []string{"only_on_bill S2 90 30"}},
		"15 a price of a year beside one of a month": {
			[]string{charge("S1", "new", "annual", aug[0], "2027-08-01", "3", "120", "360")}, b, nil},
		"16 zeros, apostrophes, case and blanks": {[]string{
			with(with(with(in("T1", "cycleCharge", aug, "'3", "'10.000000000000000000", "30"),
				"P-T1", "cfq7ttc0lh18:1:P1Y:M"),
				"Customer of T1", " ACME  Ltd"), "cycleCharge", "Cycle Charge")},
			[]string{with(with(sold("ours", aug[0], aug[1], "3", "15", "45"), "P-ours", "CFQ7TTC0LH18:0001:P1Y:M"),
				"Customer of ours", "Acme Ltd")}, nil},
		"17 calling minutes": {append(slices.Clone(threes), lines(aug, sep, oct, func(m []string) string {
			return with(in("S1", "cycleCharge", m, "3", "2", "6"), "Product S1", "Product S1 calling")
		})...), b, nil},
		"19 an invoice replaced by a credit and another": {append(slices.Clone(threes),
			in("S1", "credit", sep, "-3", "10", "-30"), in("S1", "cycleCharge", sep, "4", "10", "40")), b,
			[]string{"quantity S1 10 10"}},
		"19 an invoice replaced by the same again, all by one word": {append(slices.Clone(threes),
			in("S1", "cycleCharge", sep, "-3", "10", "-30"), in("S1", "cycleCharge", sep, "3", "10", "30")), b, nil},
		"20 a trial, and bought and cancelled within a day": {[]string{in("S2", "new", sep, "25", "0", "0"),
			in("S3", "new", sep, "3", "10", "30"), in("S3", "cancelImmediate", sep, "3", "-10", "-30")}, nil, nil},
		"21 usage by its sum": {[]string{charge("U", "usage", "", sep[0], sep[1], "29", "0.868", "21.39")},
			[]string{sold("U", sep[0], sep[1], "1", "25", "25")}, nil},
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

// 4: no invoice yet is no leak, and nothing compared is no clean bill.
func TestWhereNothingCanBeComparedNothingIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bill, billed []string
		want         string
	}{
		"no bill yet":   {nil, ours, "bill.csv has no lines"},
		"nothing of us": {soundBill, nil, "billed.csv has no lines"},
		"another month": {soundBill[:1], ours[1:], "no day could be compared"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := run(t, c.bill, c.billed); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("said %v", err)
			}
		})
	}
	rows, err := run(t, soundBill[:1], append(slices.Clone(soundBilled), ours[1], ours[2]))
	if err != nil || len(rows) > 0 {
		t.Errorf("months that the bill is not about: %q %v", said(rows), err)
	}
}

func TestTheSameBillGivenTwiceChangesNothingAndIsSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bill, billed := filepath.Join(dir, "bill.csv"), filepath.Join(dir, "billed.csv")
	numbered(t, bill, billHead, append(slices.Clone(soundBill), anniversary()...), "A")
	numbered(t, billed, billedHead, append(slices.Clone(soundBilled), ours[:2]...), "B")
	once, said := compared(t, bill, billed)
	if strings.Contains(said, "more than once") {
		t.Errorf("once: %s", said)
	}
	text, err := os.ReadFile(bill)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bill, append(slices.Clone(text), text...), 0o600); err != nil { // its header too
		t.Fatal(err)
	}
	twice, said := compared(t, bill, billed)
	if once != twice || !strings.Contains(said, "The bill stands in its file more than once") {
		t.Errorf("%s\n%s\n%s", once, twice, said)
	}
	if again, _ := compared(t, bill, billed); again != twice {
		t.Errorf("a second run:\n%s\n%s", twice, again)
	}
}

func compared(t *testing.T, bill, billed string) (result, said string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.csv")
	var words bytes.Buffer
	err := reconcile.Run(t.Context(), []string{"--bill", bill, "--billed", billed, "--out", out}, &words)
	if err != nil && !errors.Is(err, reconcile.ErrDifferences) {
		t.Fatal(err)
	}
	text, readErr := os.ReadFile(out)
	if readErr != nil {
		t.Fatal(readErr)
	}
	return string(text), words.String()
}

func TestAnIdComesBackAsItWentIn(t *testing.T) {
	t.Parallel()
	const id = "'5F0C2A9E-11AA-4B7D-8A51-00AABBCCDDEE"
	here := with(with(ours[0], "S1", "5f0c2a9e-11aa-4b7d-8a51-00aabbccddee"), "2026-08-01", "'2026-08-01")
	rows, err := run(t, append(slices.Clone(soundBill), in(id, "cycleCharge", aug, "4", "10", "40")),
		append(slices.Clone(soundBilled), here))
	if err != nil || !slices.Equal(said(rows), []string{"quantity " + id + " 10 10"}) {
		t.Errorf("%q %v", said(rows), err)
	}
}
