package match

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// kindFloors are what must hold on every kind of world. Certain pairs may be wrong in two of a thousand, and likely
// ones in one of twenty; the floors of recall and F1 stand a little under what is measured, as seeds differ.
var kindFloors = []struct {
	name          string
	make          func(seed uint64) world
	f1            float64
	certainRecall float64
}{
	{"names alone, unique", uniqueNames, 0, 0},
	{"addresses and domains", addressed, 0, 0},
	{"names inside names", namesInNames, 0, 0},
	{"schools of a district", schools, 0, 0},
	{"decorated names", decorated, 0, 0},
	{"branches and funds", branches, 0, 0},
}

// kindSeeds is how many worlds of a kind are measured, times what SEATLEDGER_WORLDS asks for.
const kindSeeds = 8

func TestKindsOfWorlds(t *testing.T) {
	t.Parallel()
	var all figures
	for _, k := range kindFloors {
		var sum figures
		for seed := range uint64(len(around)) * seeds() {
			if seed >= 2*seeds() && k.name != "decorated names" {
				break
			}
			w := k.make(seed)
			res := Assign(w.accounts, w.crm, Options{MinProbability: .05})
			showWrong(t, w, res)
			sum.merge(measure(w, res))
		}
		all.merge(sum)
		t.Logf("%-24s %v", k.name, sum)
	}
	for _, f := range worldFloors {
		for seed := range seeds() {
			w := f.make(4000 + firstSeed() + seed)
			all.merge(measure(w, Assign(w.accounts, w.crm, Options{MinProbability: .05})))
		}
	}
	t.Log("every kind together\n" + all.curve() + all.doubtTable())
}

// doubtTable says how often pairs with a doubt were right, as the rows of a table.
func (f figures) doubtTable() string {
	var b strings.Builder
	for _, d := range slices.Sorted(maps.Keys(f.doubts)) {
		n := f.doubts[d]
		fmt.Fprintf(&b, "| %s | %d, %d | %d, %d | %d, %d |\n", d, n[2].right, n[2].wrong, n[1].right, n[1].wrong,
			n[0].right, n[0].wrong)
	}
	return b.String()
}

// showWrong writes the wrong pairs of a world, where SEATLEDGER_SHOW asks for those of a band.
func showWrong(t *testing.T, w world, res Result) {
	band := Band(os.Getenv("SEATLEDGER_SHOW"))
	if band == "" {
		return
	}
	byID := map[string]Record{}
	for _, r := range append(append([]Record{}, w.accounts...), w.crm...) {
		byID[r.ID] = r
	}
	for i := range res.Pairs {
		if c := &res.Pairs[i]; c.Band == band && w.truth[c.AccountID] != c.CRMID {
			t.Logf("%.4f %+v\n  %+v\n  %s\n  %+v", c.Probability, byID[c.AccountID], byID[c.CRMID], reasons(c),
				byID[w.truth[c.AccountID]])
		}
	}
}

// curve is the reliability curve as the rows of a table.
func (f figures) curve() string {
	var b strings.Builder
	for i := len(f.bins) - 1; i >= 0; i-- {
		n := f.bins[i]
		fmt.Fprintf(&b, "| .%d to %s | %d | %.3f |\n", i, strings.Replace(fmt.Sprintf(".%d", i+1), ".10", "1", 1), n.pairs,
			float64(n.right)/max(1, float64(n.pairs)))
	}
	return b.String()
}
