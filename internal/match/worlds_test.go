package match

import (
	"os"
	"strconv"
	"testing"
)

// seeds is how many worlds of a kind are measured: one, unless SEATLEDGER_WORLDS
// asks for more. The figures in docs/matching.md are on three.
func seeds() uint64 {
	n, _ := strconv.ParseUint(os.Getenv("SEATLEDGER_WORLDS"), 10, 8)
	return max(n, 1)
}

// Three worlds, written apart from each other (world_test.go, export_test.go,
// registry_test.go). The floors stand some way under what is measured, because
// the seeds differ by a little. docs/matching.md has the measured figures; -v
// prints them.
var worldFloors = []struct {
	name          string
	make          func(seed uint64) world
	f1            float64
	certainRecall float64
	wrongIn1000   float64 // of the certain ones
}{
	{"first, clean export", func(seed uint64) world { return newWorld(seed, knobs{1000, .5, false}) }, .99, .94, 1},
	{"first, usual export", func(seed uint64) world { return newWorld(seed, knobs{1000, .75, false}) }, .985, .91, 1},
	{"first, poor export", func(seed uint64) world { return newWorld(seed, knobs{1000, 1, false}) }, .98, .86, 1},
	{"second, many families", func(seed uint64) world { return newExports(seed, 1500, .5) }, .98, .87, 1},
	{"third, usual export", func(seed uint64) world { return newRegistry(seed, 1500, .5) }, .985, .945, 1},
	{"third, poor export", func(seed uint64) world { return newRegistry(seed, 1500, 1) }, .98, .92, 1.5},
	{"first, names alone", func(seed uint64) world { return newWorld(seed, knobs{1000, .5, true}) }, .94, .72, 5},
	{"first, names alone, poor", func(seed uint64) world { return newWorld(seed, knobs{1000, 1, true}) }, .92, .63, 5},
}

func TestFiguresOnInventedWorlds(t *testing.T) {
	t.Parallel()
	for _, f := range worldFloors {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			var sum figures
			for seed := range seeds() {
				w := f.make(900 + seed)
				res := assign(w.accounts, w.crm, Options{})
				showWrong(t, w, res)
				sum.merge(measure(w, res))
			}
			t.Log(sum)
			if sum.f1() < f.f1 || sum.certainRecall() < f.certainRecall ||
				float64(sum.certainBad) > f.wrongIn1000*float64(sum.certain)/1000 {
				t.Errorf("want F1 >= %v, certain recall >= %v, at most %v wrong in 1000 certain", f.f1, f.certainRecall,
					f.wrongIn1000)
			}
		})
	}
}

func TestProbabilitiesMeanWhatTheySay(t *testing.T) {
	t.Parallel()
	var sum figures
	for seed := range seeds() {
		for _, k := range []knobs{{600, .75, false}, {600, 1.5, false}, {600, 1, true}} {
			w := newWorld(200+seed, k)
			sum.merge(measure(w, assign(w.accounts, w.crm, Options{MinProbability: .05})))
		}
	}
	for i, b := range sum.bins {
		t.Logf("%.1f to %.1f: %4d rows, %.3f right", float64(i)/10, float64(i+1)/10, b.pairs,
			float64(b.right)/max(1, float64(b.pairs)))
		if middle := float64(i)/10 + .05; b.pairs >= 40 && float64(b.right)/float64(b.pairs) < middle-.25 {
			t.Errorf("rows at %.2f are right in %d of %d", middle, b.right, b.pairs)
		}
	}
	if top := sum.bins[9]; float64(top.right) < .98*float64(top.pairs) {
		t.Errorf("above .9 right in %d of %d", top.right, top.pairs)
	}
}

func TestBetterThanAnAfternoonsScript(t *testing.T) {
	t.Parallel()
	for _, k := range []knobs{{500, .75, false}, {500, .75, true}} {
		w := newWorld(300, k)
		best := 0.
		for _, threshold := range []float64{.45, .6, .75} {
			best = max(best, measure(w, baseline(w, threshold)).f1())
		}
		ours := measure(w, assign(w.accounts, w.crm, Options{})).f1()
		t.Logf("%+v: script %.4f, matcher %.4f", k, best, ours)
		if ours <= best {
			t.Errorf("%+v: a script has %.4f, the matcher %.4f", k, best, ours)
		}
	}
}
