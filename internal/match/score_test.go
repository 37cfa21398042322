package match

import (
	"fmt"
	"testing"
)

// figures are what a run on a labelled world amounts to.
type figures struct {
	pairs, right, truth          int // likely and better
	certain, certainRight, wrong int
	all, allRight                int
	bins                         [10][2]int
}

func measure(w world, res Result) figures {
	f := figures{truth: len(w.truth)}
	for i := range res.Pairs {
		c := &res.Pairs[i]
		ok := w.truth[c.AccountID] == c.CRMID
		f.all++
		f.allRight += count(ok)
		if c.Band != Unclear {
			f.pairs++
			f.right += count(ok)
		}
		if c.Band == Certain {
			f.certain++
			f.certainRight += count(ok)
			f.wrong += count(!ok)
		}
		b := min(9, int(c.Probability*10))
		f.bins[b][0]++
		f.bins[b][1] += count(ok)
	}
	return f
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (f figures) f1() float64    { return 2 * float64(f.right) / float64(f.pairs+f.truth) }
func (f figures) f1All() float64 { return 2 * float64(f.allRight) / float64(f.all+f.truth) }
func (f figures) recall() float64 {
	return float64(f.certainRight) / float64(f.truth)
}

func (f figures) String() string {
	return fmt.Sprintf("truth %d  F1 %.4f (all rows %.4f)  certain %d wrong %d recall %.3f  bins %v", f.truth, f.f1(), f.f1All(), f.certain, f.wrong, f.recall(), f.bins)
}

func TestDevWorld(t *testing.T) {
	for _, k := range []knobs{{2000, .5, false}, {2000, 1, false}, {2000, 1.5, false}, {2000, .5, true}, {2000, 1, true}, {100, 1, false}} {
		for seed := range uint64(2) {
			w := newWorld(seed, k)
			res := Assign(w.accounts, w.crm, Options{})
			fmt.Println(k, seed, measure(w, res))
			if testing.Verbose() && seed == 0 {
				dump(w, res)
			}
		}
	}
}

func dump(w world, res Result) {
	as, bs := map[string]Record{}, map[string]Record{}
	for _, r := range w.accounts {
		as[r.ID] = r
	}
	for _, r := range w.crm {
		bs[r.ID] = r
	}
	doubts := map[string]int{}
	for i := range res.Pairs {
		if c := &res.Pairs[i]; c.Band != Certain && w.truth[c.AccountID] == c.CRMID {
			d := c.Doubt
			if c.Probability < certainAt {
				d = "p " + d
			}
			doubts[d]++
		}
	}
	fmt.Println("DOUBTS", len(w.truth), doubts)
	n := 0
	got := map[string]bool{}
	for i := range res.Pairs {
		c := &res.Pairs[i]
		got[c.AccountID] = true
		if w.truth[c.AccountID] == c.CRMID || c.Band == Unclear {
			continue
		}
		if n++; n > 12 && c.Band != Certain {
			continue
		}
		fmt.Printf("WRONG %s %.4f\n  %v\n  %v\n  truth %v\n  %s\n", c.Band, c.Probability, as[c.AccountID], bs[c.CRMID], bs[w.truth[c.AccountID]], reasons(c))
	}
	n = 0
	for a, b := range w.truth {
		if !got[a] {
			if n++; n < 12 {
				fmt.Printf("MISSED\n  %v\n  %v\n", as[a], bs[b])
			}
		}
	}
}

func TestDevBaseline(t *testing.T) {
	for _, k := range []knobs{{800, .25, false}, {800, .5, false}, {800, 1, false}, {800, .5, true}, {800, 1, true}} {
		w := newWorld(0, k)
		best := figures{truth: 1}
		for _, th := range []float64{.45, .6, .75} {
			if f := measure(w, baseline(w, th)); f.f1() > best.f1() {
				best = f
			}
		}
		fmt.Println(k, "baseline F1", best.f1(), "ours", measure(w, Assign(w.accounts, w.crm, Options{})))
	}
}
