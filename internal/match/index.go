package match

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// Index is a set of CRM accounts made ready to be searched. It is safe for use
// by several goroutines at once.
type Index struct {
	crm      []profile
	vocab    *vocabulary
	rare     *rarity
	model    *model
	n        sizes
	postings *postings
	double   map[int32][]int32 // CRM records that look like the same company as another
}

// NewIndex reads the CRM accounts. Building it costs some microseconds per
// record; it is meant to be kept while the CRM accounts stay as they are.
func NewIndex(crm []Record) *Index { return newIndex(profiles(byID(crm)), nil) }

// newIndex also counts the other side's words and values, when it is known.
func newIndex(crm, accounts []profile) *Index {
	x := &Index{crm: crm, model: defaultModel(), n: sizes{len(accounts), len(crm)}}
	if accounts == nil {
		x.n.accounts = len(crm) // unknown; taken as equal
	}
	x.vocab = newVocabulary(crm, accounts)
	x.rare = newRarity(crm, accounts)
	for i := range crm {
		x.vocab.weigh(&crm[i])
	}
	x.postings = newPostings(crm)
	x.double = x.twins()
	return x
}

// Limits of blocking: a key held by more records than crowd is skipped unless
// nothing else is found; at most depth records are compared in full.
const (
	crowd = 300
	depth = 32
)

// scratch is the room one goroutine needs while it searches.
type scratch struct {
	keys   keysOf
	weight []float32
	hits   []int32
	scale  *scale
}

func (x *Index) newScratch() *scratch {
	return &scratch{weight: make([]float32, len(x.crm)), scale: x.model.scale(x.n)}
}

// nearby gives the CRM records that share the rarest keys with the account.
func (x *Index) nearby(a *profile, s *scratch) []int32 {
	s.hits = s.hits[:0]
	if len(x.crm) <= depth {
		for j := range x.crm {
			s.hits = append(s.hits, int32(j)) // few enough to compare them all
		}
		return slices.Clone(s.hits)
	}
	for _, k := range s.keys.of(a) {
		held := x.postings.of(k)
		if len(held) == 0 || len(held) > crowd && len(x.crm) > crowd {
			continue
		}
		w := float32(math.Log2(float64(len(x.crm)+1)/float64(len(held)))) + 0.1
		for _, j := range held {
			if s.weight[j] == 0 {
				s.hits = append(s.hits, j)
			}
			s.weight[j] += w
		}
	}
	slices.SortFunc(s.hits, func(i, j int32) int {
		if c := cmp.Compare(s.weight[j], s.weight[i]); c != 0 {
			return c
		}
		return cmp.Compare(i, j) // records stand in order of their ids
	})
	for _, j := range s.hits {
		s.weight[j] = 0
	}
	return slices.Clone(s.hits[:min(depth, len(s.hits))])
}

// Candidates gives at most n CRM accounts that may be the account, the best
// first, each with its evidence. Rivals are weighed in: two equally good
// candidates have at most one half each.
func (x *Index) Candidates(account Record, n int) []Candidate {
	a := newProfile(account)
	x.vocab.weigh(&a)
	found := x.linksOf(0, &a, x.newScratch())
	weighRivals(found)
	sortLinks(found, x.crm)
	out := make([]Candidate, 0, n)
	for _, l := range found[:min(n, len(found))] {
		out = append(out, x.candidate(&a, l, found))
	}
	return out
}

// link is a compared pair of an account and a CRM record.
type link struct {
	account int32
	crm     int32
	cmp     comparison
	score   float64 // log2 odds on the evidence alone
	rivals  float64 // bits lost to the other candidates of either side
}

func (l *link) final() float64 { return l.score + l.rivals }

func sortLinks(links []link, crm []profile) {
	sort.SliceStable(links, func(i, j int) bool {
		if si, sj := links[i].final(), links[j].final(); si != sj {
			return si > sj
		}
		return crm[links[i].crm].rec.ID < crm[links[j].crm].rec.ID
	})
}
