package match

import "sort"

// tieBits is how much better than its runner-up a candidate must be; below,
// a person chooses.
const tieBits = 3

// candidate dresses a link for the outside: evidence, band, near ties.
func (x *Index) candidate(a *profile, l link, all []link) Candidate {
	b := &x.crm[l.crm]
	cmp := x.compare(a, b)
	c := Candidate{AccountID: a.rec.ID, CRMID: b.rec.ID, Score: l.score()}
	c.Probability = probability(c.Score)
	c.Decisive = x.decisive(a, b)
	c.Evidence = explain(a, b, &cmp, &l)
	for _, o := range all {
		if o.crm != l.crm && o.verdict.score > l.verdict.score-tieBits && o.verdict.score > 0 {
			c.Ties = append(c.Ties, x.crm[o.crm].rec.ID)
		}
	}
	sort.Strings(c.Ties)
	c.Band = bandOf(&c, &cmp)
	return c
}

func (x *Index) decisive(a, b *profile) bool {
	return a.tenant != "" && a.tenant == b.tenant && x.rare.holders(fieldTenant, a.tenant) <= 1
}

// Thresholds of the bands.
const (
	certainAt = 0.99
	likelyAt  = 0.5
)

// bandOf sorts a candidate. Certain also needs that nothing speaks against it
// in kind: a machine must not overrule a doubt that a person would have.
func bandOf(c *Candidate, cmp *comparison) Band {
	switch {
	case c.Probability >= certainAt && len(c.Ties) == 0 && !doubtful(cmp):
		return Certain
	case c.Probability >= likelyAt && len(c.Ties) == 0:
		return Likely
	}
	return Unclear
}

// doubtful is true for pairs that look like branches, sisters or neighbours
// whatever their score.
func doubtful(cmp *comparison) bool {
	if cmp.grade[fieldTenant] == gradeAgree {
		return false
	}
	switch cmp.name.pattern {
	case swapPlace, extraNumber, extraPlace:
		return true
	case swapWord, nameStranger:
		return cmp.grade[fieldDomain] != gradeAgree
	}
	return cmp.grade[fieldTenant] == gradeDiffer
}
