package reconcile_test

import (
	"slices"
	"testing"

	"seatledger/internal/testkit/billlines"
)

func TestEveryPlantedFaultIsFoundToTheCentAndNoneIsInvented(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		w := billlines.NewWorld(seed)
		rows, err := run(t, w.Bill, w.Billed)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rows {
			got = append(got, r[1]+" "+r[4]+" "+r[7]+" "+r[8])
		}
		for _, x := range got {
			if !slices.Contains(w.Want, x) {
				t.Errorf("seed %d: invented: %s: %s", seed, x, rows[slices.Index(got, x)][11])
			}
		}
		for _, x := range w.Want {
			if !slices.Contains(got, x) {
				t.Errorf("seed %d: not found: %s", seed, x)
			}
		}
		w.Shuffle()
		again, err := run(t, w.Bill, w.Billed)
		if err != nil || !slices.EqualFunc(rows, again, slices.Equal) {
			t.Errorf("seed %d: another order gives another result, %v", seed, err)
		}
	}
}
