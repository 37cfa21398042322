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
	"seatledger/internal/testkit/billlines"
)

func TestTheKindsThatPeopleReport(t *testing.T) {
	t.Parallel()
	for name, c := range billlines.Kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, err := run(t, append(slices.Clone(soundBill), c.Bill...),
				append(slices.Clone(soundBilled), c.Billed...))
			if err != nil {
				t.Fatal(err)
			}
			if got := said(rows); !slices.Equal(got, c.Want) {
				t.Errorf("got  %q\nwant %q", got, c.Want)
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
