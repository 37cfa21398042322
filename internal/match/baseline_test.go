package match

import (
	"sort"
	"strings"
)

// baseline is what a careful person would script in an afternoon: the same
// tenant id, the same domain, else the share of common words, taken greedily.
func baseline(w world, threshold float64) Result {
	type pair struct {
		a, b  int
		score float64
	}
	as, bs := profiles(byID(w.accounts)), profiles(byID(w.crm))
	wa, wb := wordSets(as), wordSets(bs)
	var ps []pair
	for i := range as {
		for j := range bs {
			if s := jaccard(wa[i], wb[j]) + baselineScore(&as[i], &bs[j]); s >= threshold {
				ps = append(ps, pair{i, j, s})
			}
		}
	}
	sort.SliceStable(ps, func(i, j int) bool { return ps[i].score > ps[j].score })
	usedA, usedB := map[int]bool{}, map[int]bool{}
	var res Result
	for _, p := range ps {
		if !usedA[p.a] && !usedB[p.b] {
			usedA[p.a], usedB[p.b] = true, true
			res.Pairs = append(res.Pairs, Candidate{AccountID: as[p.a].rec.ID, CRMID: bs[p.b].rec.ID,
				Probability: min(p.score, 1), Band: Likely})
		}
	}
	return res
}

func baselineScore(a, b *profile) float64 {
	score := 0.
	if same(a.tenant, b.tenant) == gradeAgree {
		score += 2
	}
	for _, d := range a.sites {
		for _, e := range b.sites {
			if d.domain == e.domain && d.domain != "" {
				return score + 1
			}
		}
	}
	return score
}

func wordSets(ps []profile) []map[string]bool {
	out := make([]map[string]bool, len(ps))
	for i := range ps {
		out[i] = wordSet(ps[i].rec.Name)
	}
	return out
}

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.FieldsFunc(fold(s), func(r rune) bool { return strings.ContainsRune(" .,&-", r) }) {
		m[w] = true
	}
	return m
}

func jaccard(a, b map[string]bool) float64 {
	both := 0
	for w := range a {
		if b[w] {
			both++
		}
	}
	if len(a)+len(b) == 0 {
		return 0
	}
	return float64(both) / float64(len(a)+len(b)-both)
}
