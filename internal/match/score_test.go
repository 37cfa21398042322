package match

import (
	"context"
	"fmt"
)

// assign is Assign to its end.
func assign(accounts, crm []Record, o Options) Result {
	r, err := Assign(context.Background(), accounts, crm, o)
	if err != nil {
		panic(err)
	}
	return r
}

// figures are what a run on a labelled world amounts to.
type figures struct {
	truth               int // pairs there are
	pairs, right        int // stated better than even
	certain, certainBad int
	likely, likelyBad   int
	doubts              map[string]*[3]tally           // of rows that are not certain, by what makes them doubtful
	bins                [10]struct{ pairs, right int } // by probability, every row
}

func measure(w world, res Result) figures {
	f := figures{truth: len(w.truth)}
	for i := range res.Pairs {
		f.add(&res.Pairs[i], w.truth[res.Pairs[i].AccountID] == res.Pairs[i].CRMID)
	}
	return f
}

func (f *figures) add(c *Candidate, ok bool) {
	if c.Band != Certain {
		if f.doubts == nil {
			f.doubts = map[string]*[3]tally{}
		}
		doubt := c.Doubt
		if c.Thin {
			doubt = "too little agrees"
		}
		if f.doubts[doubt] == nil {
			f.doubts[doubt] = &[3]tally{}
		}
		f.doubts[doubt][thirdOf(c.Probability)].add(ok)
	}
	b := &f.bins[min(9, int(c.Probability*10))]
	b.pairs++
	if ok {
		b.right++
	}
	if c.Probability >= .5 {
		f.pairs++
		if ok {
			f.right++
		}
	}
	if c.Band == Unclear {
		return
	}
	if c.Band == Certain {
		f.certain++
		if !ok {
			f.certainBad++
		}
		return
	}
	f.likely++
	if !ok {
		f.likelyBad++
	}
}

// tally counts right and wrong pairs.
type tally struct{ right, wrong int }

// thirdOf is 0 below one half, 1 below nine tenths, 2 above.
func thirdOf(p float64) int {
	switch {
	case p < .5:
		return 0
	case p < .9:
		return 1
	}
	return 2
}

func (n *tally) add(ok bool) {
	if ok {
		n.right++
	} else {
		n.wrong++
	}
}

func (f *figures) merge(o figures) {
	f.truth += o.truth
	f.pairs += o.pairs
	f.right += o.right
	f.certain += o.certain
	f.certainBad += o.certainBad
	f.likely += o.likely
	f.likelyBad += o.likelyBad
	for d, n := range o.doubts {
		if f.doubts == nil {
			f.doubts = map[string]*[3]tally{}
		}
		if f.doubts[d] == nil {
			f.doubts[d] = &[3]tally{}
		}
		for i := range n {
			f.doubts[d][i].right += n[i].right
			f.doubts[d][i].wrong += n[i].wrong
		}
	}
	for i := range f.bins {
		f.bins[i].pairs += o.bins[i].pairs
		f.bins[i].right += o.bins[i].right
	}
}

func (f figures) f1() float64 { return 2 * float64(f.right) / float64(f.pairs+f.truth) }

// certainRecall is the share of all pairs that the machine may apply.
func (f figures) certainRecall() float64 {
	return float64(f.certain-f.certainBad) / float64(f.truth)
}

func (f figures) String() string {
	return fmt.Sprintf("%5d pairs  F1 %.4f  certain: %d, wrong %d, recall %.3f  likely: %d, wrong %d, right %.3f",
		f.truth, f.f1(), f.certain, f.certainBad, f.certainRecall(), f.likely, f.likelyBad,
		1-float64(f.likelyBad)/float64(max(1, f.likely)))
}
