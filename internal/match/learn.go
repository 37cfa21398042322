package match

import "context"

// Learning is expectation maximisation on data without labels. What anchors
// it: the beliefs of defaultModel count as so many observations, so that a
// handful of rows moves nothing; and pairs inside one file are known not to be
// matches, so that branches, sisters and neighbours are learned from the CRM's
// own rows, and only the matches from the pairs across.
const (
	rounds      = 5
	probes      = 1500 // CRM records that are compared with their own side
	beliefs     = 25.  // observations that a belief about a field counts for
	rateBeliefs = 12.  // records that a belief about a rate counts for
	duplicates  = -6.6 // bits: one CRM row in a hundred that looks like another is the same company
)

// enough is the number of records on either side below which nothing is
// learned: a pair must not be its own teacher.
const enough = 40

func (x *Index) learns() bool { return min(x.n.accounts, x.n.crm) >= enough }

// learn moves the model towards the data at hand.
func (x *Index) learn(ctx context.Context, links []link) {
	if !x.learns() {
		return
	}
	within, asked := x.within()
	believed := x.model
	var kept []link
	for range rounds {
		if ctx.Err() != nil {
			return
		}
		t := tallies{}
		x.expectWithin(&t, within)
		kept = x.expectAcross(&t, links, kept[:0])
		x.model = t.fit(believed, float64(asked), float64(min(x.n.accounts, x.n.crm)))
	}
}

// within compares a spread of CRM records with the other CRM records.
func (x *Index) within() (pairs []comparison, asked int) {
	s := x.newScratch()
	for i := 0; i < len(x.crm); i += 1 + len(x.crm)/probes {
		for _, j := range x.nearby(&x.crm[i], s) {
			if int(j) != i {
				cmp := x.compare(&x.crm[i], &x.crm[j])
				pairs = append(pairs, cmp)
			}
		}
		asked++
	}
	return pairs, asked
}

// tallies are the expected counts of one round.
type tallies struct {
	field   [fieldCount][classCount][gradeCount]float64
	pattern [patternCount][classCount]float64
	class   [classCount]float64
	words   [classCount]float64
	typos   [classCount]float64
}

// expectWithin tells what sort of relatives the pairs of one side are.
func (x *Index) expectWithin(t *tallies, pairs []comparison) {
	scale := x.model.scale(x.n)
	for i := range pairs {
		total := scale.totals(&pairs[i])
		total[classMatch] += duplicates
		all := logSum(total[:])
		for c := classBranch; c < classStranger; c++ {
			t.add(&pairs[i], c, exp2(total[c]-all))
		}
	}
}

// expectAcross tells how sure each pair is a match, rivals weighed in. kept is room for the links that matter.
func (x *Index) expectAcross(t *tallies, links, kept []link) []link {
	scale := x.model.scale(x.n)
	for _, l := range links {
		if l.score = scale.score(&l.cmp); l.score > faint {
			kept = append(kept, l)
		}
	}
	weighRivals(kept)
	for i := range kept {
		t.add(&kept[i].cmp, classMatch, probability(kept[i].final()))
	}
	return kept
}

func (t *tallies) add(cmp *comparison, c class, share float64) {
	t.class[c] += share
	for f := range fieldCount {
		if g := cmp.grade[f]; g != gradeMissing && f != fieldName && !cmp.told[f] {
			t.field[f][c][g] += share
		}
	}
	switch p := cmp.name.pattern; p {
	case nameMissing:
	case nameStranger:
		t.pattern[p][c] += share
	default:
		t.pattern[p][c] += share
		t.words[c] += share
		t.typos[c] += share * float64(cmp.name.typos)
	}
}

// fit makes the model that the counts ask for. Strangers stay as they are:
// what they agree on is known from how rare each value is.
func (t *tallies) fit(believed *model, asked, possible float64) *model {
	m := *believed
	for c := classMatch; c < classStranger; c++ {
		n := asked
		if c == classMatch {
			n = possible
			m.slip[c] = (t.typos[c] + beliefs*believed.slip[c]) / (t.words[c] + beliefs)
		}
		m.perAccount[c] = (t.class[c] + rateBeliefs*believed.perAccount[c]) / (n + rateBeliefs)
		for f := range fieldCount {
			m.agree[f][c] = temper(believed.agree[f][c], t.field[f][c])
			keepOrder(&m.agree[f][c], &m.agree[f][classMatch])
		}
		t.fitPattern(&m, believed, c)
	}
	m.perAccount[classMatch] = min(m.perAccount[classMatch], 0.97)
	return &m
}

// keepOrder holds what learning must not overturn: no relative agrees more
// often than the company itself, and agreement says at least as much as partial
// agreement. So taking agreement away never makes a pair more probable.
func keepOrder(other, match *[gradeCount]float64) {
	other[gradeAgree] = min(other[gradeAgree], match[gradeAgree])
	other[gradePartly] = max(other[gradePartly], match[gradePartly]*other[gradeAgree]/match[gradeAgree])
}

func (t *tallies) fitPattern(m, believed *model, c class) {
	sum, total := 0., 0.
	for p := nameExact; p < patternCount; p++ {
		sum += t.pattern[p][c]
		total += believed.pattern[p][c]
	}
	for p := nameExact; p < patternCount; p++ {
		m.pattern[p][c] = total * (t.pattern[p][c] + beliefs*believed.pattern[p][c]/total) / (sum + beliefs)
	}
}

func temper(believed, counted [gradeCount]float64) [gradeCount]float64 {
	sum := 0.
	for _, n := range counted[1:] {
		sum += n
	}
	out := believed
	for g := gradeAgree; g < gradeCount; g++ {
		out[g] = (counted[g] + beliefs*believed[g]) / (sum + beliefs)
	}
	return out
}
