package match

import (
	"context"
	"runtime"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
)

// Assign pairs accounts with CRM accounts one to one, chosen as a whole: in
// each group of records that compete, the pairing with the greatest total
// evidence. Near ties are left to a person (band unclear, Ties filled). The
// order of either slice does not matter. When the context ends before it is done
// there are no pairs, and its error.
func Assign(ctx context.Context, accounts, crm []Record, o Options) (Result, error) {
	b, err := NewBoard(ctx, accounts, crm, o)
	if err != nil {
		return Result{}, err
	}
	pairs, err := b.Pairs(ctx, nil)
	return Result{Pairs: pairs}, err
}

func (o Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

func (o Options) floor() float64 {
	if o.MinProbability > 0 {
		return o.MinProbability
	}
	return 0.5
}

func byID(rs []Record) []Record {
	out := append([]Record{}, rs...)
	sort.SliceStable(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// faint is the score below which a pair is not worth keeping.
const (
	faint    = -12
	hopeless = -18 // the same before learning, which may move a score by some bits
)

// linkAll scores every pair that shares a key, on several goroutines. The
// result does not depend on their number.
func (x *Index) linkAll(ctx context.Context, as []profile, o Options) []link {
	parts := make([][]link, len(as))
	var done atomic.Int64
	var wg sync.WaitGroup
	workers := o.workers()
	for w := range workers {
		wg.Go(func() {
			s := x.newScratch()
			for i := w; i < len(as) && ctx.Err() == nil; i += workers {
				parts[i] = x.linksOf(int32(i), &as[i], s)
				if n := done.Add(1); o.Progress != nil {
					o.Progress(int(n), len(as))
				}
			}
		})
	}
	wg.Wait()
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	all := make([]link, 0, n)
	for i, p := range parts {
		all = append(all, p...)
		parts[i] = nil
	}
	return all
}

func (x *Index) linksOf(i int32, a *profile, s *scratch) []link {
	var out []link
	for _, j := range x.nearby(a, s) {
		l := link{account: i, crm: j, cmp: x.compare(a, &x.crm[j])}
		if l.score = s.scale.score(&l.cmp); l.score > hopeless {
			out = append(out, l)
		}
	}
	return out
}

// rank scores the links, drops the faint ones and weighs in the rivals.
func (x *Index) rank(links []link) []link {
	scale := x.model.scale(x.n)
	kept := links[:0]
	for _, l := range links {
		if l.score = scale.score(&l.cmp); l.score > faint {
			kept = append(kept, l)
		}
	}
	weighRivals(kept)
	return kept
}

func (x *Index) dress(ctx context.Context, as []profile, links []link, chosen []int, floor float64) []Candidate {
	byAccount, byCRM := ends(links)
	var out []Candidate
	for _, i := range chosen {
		if ctx.Err() != nil {
			return nil
		}
		l := links[i]
		c := x.candidate(&as[l.account], l, slices.Concat(at(links, byAccount[l.account]), at(links, byCRM[l.crm])))
		fought := contested(&l, at(links, byCRM[l.crm]))
		if fought {
			c.Band, c.Doubt = Unclear, "another account fits this CRM account as well"
		}
		if tied := l.score > 0 && (fought || len(c.Ties) > 0); tied || c.Probability >= floor {
			out = append(out, c)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].AccountID < out[j].AccountID })
	return out
}

// ends are the places of the links of each account and of each CRM record.
func ends(links []link) (byAccount, byCRM map[int32][]int32) {
	byAccount, byCRM = map[int32][]int32{}, map[int32][]int32{}
	for i := range links {
		l := &links[i]
		byAccount[l.account] = append(byAccount[l.account], int32(i))
		byCRM[l.crm] = append(byCRM[l.crm], int32(i))
	}
	return byAccount, byCRM
}

func at(links []link, places []int32) []link {
	out := make([]link, len(places))
	for i, p := range places {
		out[i] = links[p]
	}
	return out
}

// contested is true when another account has nearly as good a claim to the record.
func contested(l *link, all []link) bool {
	for i := range all {
		if o := &all[i]; o.account != l.account && o.final() > l.final()-tieBits && o.score > 0 {
			return true
		}
	}
	return false
}
