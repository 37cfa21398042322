package match

import (
	"encoding/csv"
	"os"
	"testing"
)

// nameBench is the organisations of opensanctions/nomenklatura's bench of name pairs (testdata/README.md).
const nameBench = "testdata/name_bench.csv"

// nameBenchRows is how many there are: a cut file would judge less, and silently.
const nameBenchRows = 266

func TestNameBenchOrganisations(t *testing.T) {
	t.Parallel()
	f, err := os.Open(nameBench)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != nameBenchRows+1 {
		t.Fatalf("%d rows, want the header and %d", len(rows), nameBenchRows)
	}
	var right, claimed, there, rowsListed, rowsRight float64
	for _, r := range rows[1:] {
		p, band := Names(r[2], r[3])
		want, got := r[4] == "true", band != Unclear
		listed := len(assign([]Record{{ID: "a", Name: r[2]}}, []Record{{ID: "b", Name: r[3]}}, Options{}).Pairs) > 0
		if r[5] == "STRONG" && listed != want {
			t.Errorf("want %v: %s | %s is listed: %v", want, r[2], r[3], listed)
		}
		if listed {
			rowsListed++
		}
		if listed && want {
			rowsRight++
		}
		if want {
			there++
		}
		if got {
			claimed++
		}
		if want && got {
			right++
		}
		if want != got {
			t.Logf("want %-5v %-6s p %.3f  %s | %s", want, r[5], p, r[2], r[3])
		}
		if want != got && r[5] == "STRONG" || band == Certain && !want {
			t.Errorf("want %v: %s | %s has p %.3f, %s", want, r[2], r[3], p, band)
		}
	}
	f1 := 2 * right / (claimed + there)
	t.Logf("F1 %.3f: %v right of %v claimed and %v there", f1, right, claimed, there)
	if rows := 2 * rowsRight / (rowsListed + there); rows < .90 {
		t.Errorf("as rows of the verb: F1 %.3f", rows)
	}
	if f1 < .90 {
		t.Errorf("F1 %.3f", f1)
	}
}
