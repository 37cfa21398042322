package match

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// bestByTrying is the greatest total gain over every way to pair, by trying all.
func bestByTrying(gains [][]float64, row int, used []bool) float64 {
	if row == len(gains) {
		return 0
	}
	best := bestByTrying(gains, row+1, used)
	for c, g := range gains[row] {
		if g > 0 && !used[c] {
			used[c] = true
			best = max(best, g+bestByTrying(gains, row+1, used))
			used[c] = false
		}
	}
	return best
}

func TestTheAssignmentIsTheBestOfAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows, cols := rapid.IntRange(1, 6).Draw(t, "rows"), rapid.IntRange(1, 6).Draw(t, "cols")
		gains := make([][]float64, rows)
		var links []link
		for r := range gains {
			gains[r] = make([]float64, cols)
			for c := range gains[r] {
				if rapid.Bool().Draw(t, "linked") {
					l := link{account: int32(r), crm: int32(c),
						score: float64(rapid.IntRange(-10, 20).Draw(t, "score"))}
					links, gains[r][c] = append(links, l), gain(&l)
				}
			}
		}
		total := 0.
		for _, i := range optimal(links) {
			total += gain(&links[i])
		}
		if want := bestByTrying(gains, 0, make([]bool, cols)); math.Abs(total-want) > 1e-9 {
			t.Fatalf("chose %v, the best is %v", total, want)
		}
	})
}

func TestTheWholeBeatsTheGreedyChoice(t *testing.T) {
	t.Parallel()
	// a takes its second best so that b is not left with nothing.
	links := []link{{account: 0, crm: 0, score: 10}, {account: 0, crm: 1, score: 9}, {account: 1, crm: 0, score: 9.5}}
	got := optimal(links)
	if len(got) != 2 || got[0] != 1 || got[1] != 2 {
		t.Fatalf("%v", got)
	}
}

func TestRivalsShareWhatThereIs(t *testing.T) {
	t.Parallel()
	links := []link{{account: 0, crm: 0, score: 12}, {account: 0, crm: 1, score: 12}}
	weighRivals(links)
	for _, l := range links {
		if p := probability(l.final()); p > 0.5 {
			t.Fatalf("two equal candidates, and one has %v", p)
		}
	}
	// A rival that is better placed elsewhere claims little.
	links = append(links, link{account: 1, crm: 1, score: 25})
	weighRivals(links)
	if p := probability(links[0].final()); p < 0.99 {
		t.Fatalf("the rival has a better partner, yet %v", p)
	}
}
