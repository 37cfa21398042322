package match

import (
	"encoding/csv"
	"fmt"
	"os"
	"testing"
)

func TestDevBench(t *testing.T) {
	f, err := os.Open("/work/shared/data/matching/name_bench.csv")
	if err != nil {
		t.Skip(err)
	}
	rows, _ := csv.NewReader(f).ReadAll()
	var tp, fp, fn int
	for _, r := range rows[1:] {
		if r[1] != "Company" && r[1] != "Organization" && r[1] != "LegalEntity" {
			continue
		}
		p, band := Names(r[2], r[3])
		want := r[4] == "true"
		got := p >= 0.5
		switch {
		case want && got:
			tp++
		case got:
			fp++
		case want:
			fn++
		}
		if want != got || band == Certain && !want {
			fmt.Printf("%v %s %.3f %s | %s | %s\n", want, r[5], p, band, r[2], r[3])
		}
	}
	fmt.Printf("tp %d fp %d fn %d F1 %.3f\n", tp, fp, fn, 2*float64(tp)/float64(2*tp+fp+fn))
}
