package match

import (
	"fmt"
	"maps"
	"math"
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
	{"names alone, unique", uniqueNames, .97, .70},
	{"addresses and domains", addressed, .985, .93},
	{"names inside names", namesInNames, .975, .87},
	{"schools of a district", schools, .96, .90},
	{"decorated names", decorated, .99, .90},
	{"branches and funds", branches, .96, .70},
}

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
			res := assign(w.accounts, w.crm, Options{MinProbability: .05})
			showWrong(t, w, res)
			sum.merge(measure(w, res))
		}
		all.merge(sum)
		t.Logf("%-24s %v", k.name, sum)
		if sum.f1() < k.f1 || sum.certainRecall() < k.certainRecall || sum.certainBad > 1+sum.certain/500 ||
			sum.likelyBad > 2+sum.likely/20 {
			t.Errorf("%s: %s; want F1 >= %v, certain recall >= %v, at most two wrong in 1000 certain and one in 20 likely",
				k.name, sum, k.f1, k.certainRecall)
		}
	}
	for _, f := range worldFloors {
		if seeds() == 1 {
			break // they have a test of their own; here they are for the curve
		}
		for seed := range seeds() {
			w := f.make(4000 + firstSeed() + seed)
			all.merge(measure(w, assign(w.accounts, w.crm, Options{MinProbability: .05})))
		}
	}
	t.Log("every kind together\n" + all.curve() + all.doubtTable())
	if os.Getenv("SEATLEDGER_UPDATE") != "" {
		if err := os.WriteFile("../../docs/matching-calibration.svg", []byte(all.svg()), 0o600); err != nil {
			t.Error(err)
		}
	}
	for i, b := range all.bins {
		share := float64(b.right) / max(1, float64(b.pairs))
		if middle := float64(i)/10 + .05; b.pairs >= 60 && math.Abs(share-middle) > .2 && share < middle {
			t.Errorf("pairs stated about %.2f are right in %.3f of %d", middle, share, b.pairs)
		}
	}
}

// svg draws the reliability curve, a point for each tenth, the larger the more pairs.
func (f figures) svg() string {
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 380 380" width="380" height="380" role="img" ` +
		`aria-labelledby="t d" font-family="sans-serif" font-size="11">` + "\n" +
		`<title id="t">Calibration of the matcher</title><desc id="d">Share of right pairs against stated probability, ` +
		`in ten bins, over the worlds of every kind.</desc>` + "\n" +
		`<rect width="380" height="380" fill="#fff"/>` + "\n" +
		`<path d="M50 330L350 30" stroke="#999" stroke-dasharray="4 3"/>` + "\n" +
		`<path d="M50 30V330H350" fill="none" stroke="#333"/>` + "\n")
	for _, v := range []float64{0, .25, .5, .75, 1} {
		fmt.Fprintf(&b, `<text x="%.0f" y="346" text-anchor="middle">%v</text><text x="44" y="%.0f" text-anchor="end">%v</text>`+
			"\n", 50+300*v, v, 334-300*v, v)
	}
	for i, n := range f.bins {
		if n.pairs > 0 {
			fmt.Fprintf(&b, `<circle cx="%d" cy="%.0f" r="%.1f" fill="#1b5e9b" fill-opacity=".75"/>`+"\n", 65+30*i,
				330-300*float64(n.right)/float64(n.pairs), 1.5+math.Log10(float64(n.pairs))*.8)
		}
	}
	b.WriteString(`<text x="200" y="366" text-anchor="middle">stated probability</text>` +
		`<text x="14" y="180" transform="rotate(-90 14 180)" text-anchor="middle">share that is right</text></svg>` + "\n")
	return b.String()
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
		to := strings.Replace(fmt.Sprintf(".%d", i+1), ".10", "1", 1)
		fmt.Fprintf(&b, "| .%d to %s | %d | %.3f |\n", i, to, n.pairs, float64(n.right)/max(1, float64(n.pairs)))
	}
	return b.String()
}
