package match

import (
	"slices"
	"sort"
	"strings"
)

// tieBits is how much better than its runner-up a candidate must be; below,
// a person chooses.
const tieBits = 1

// candidate dresses a link for the outside: evidence, band, near ties.
//
// rivals are the other links of the account and of the CRM record.
func (x *Index) candidate(a *profile, l link, rivals []link) Candidate {
	b := &x.crm[l.crm]
	cmp := x.telling().compare(a, b) // again, this time with its words
	c := Candidate{AccountID: a.rec.ID, CRMID: b.rec.ID, Score: l.final()}
	c.Decisive = x.decisive(a, b)
	c.Evidence = explain(a, b, &cmp, x.model.scale(x.n).judge(&cmp), l.rivals)
	rivals = others(rivals, l)
	for _, o := range rivals {
		if o.account == l.account && o.final() > l.final()-tieBits && o.score > 0 {
			c.Ties = append(c.Ties, x.crm[o.crm].rec.ID)
		}
	}
	sort.Strings(c.Ties)
	c.Doubt = x.doubt(a, b, &l, rivals)
	own := x.ownership(a, b, &cmp)
	if off := x.calibration(c.Doubt, own.support(), c.Score); off < 0 {
		c.Score += off
		c.Evidence = append(c.Evidence, Evidence{Field: "calibration", Level: Differ, Weight: off,
			Sentence: "pairs with this doubt are not surer than that: " + c.Doubt})
	}
	c.Probability = probability(c.Score)
	own.lone = x.loneName(&cmp, rivals)
	if c.Band = x.bandOf(&c, own, &cmp); c.Band == Likely && c.Doubt == "" {
		c.Doubt, c.Thin = thin(&cmp), true
	}
	x.noteTwins(&c, l.crm)
	return c
}

// others are the links without the one.
func others(all []link, l link) []link {
	return slices.DeleteFunc(slices.Clone(all), func(o link) bool { return o.account == l.account && o.crm == l.crm })
}

// telling is the index with a vocabulary that keeps the words of alignments.
func (x *Index) telling() *Index {
	loud, vocab := *x, *x.vocab
	vocab.tell = true
	loud.vocab = &vocab
	return &loud
}

func (x *Index) decisive(a, b *profile) bool {
	return a.tenant != "" && a.tenant == b.tenant && x.rare.holders(fieldTenant, a.tenant) <= 1
}

// Thresholds of the bands.
const (
	certainAt = 0.97
	ownedAt   = 0.95 // with a domain, telephone or street that nobody else has, and no field that differs
	loneAt    = 0.90 // with a rare name where names are unique, and nobody near
	likelyAt  = 0.65 // so that nineteen of twenty are right; from there down to one half a person chooses
	evenAt    = 0.5  // likely in files too small to learn from
)

// bandOf sorts a candidate. Certain also needs that nothing speaks against it
// in kind: a machine must not overrule a doubt that a person would have.
func (x *Index) bandOf(c *Candidate, own *owned, cmp *comparison) Band {
	floor := certainAt
	if (own.domain || !own.crowded && (own.phone || own.street)) && !cmp.differs() {
		floor = ownedAt
	}
	if own.lone && !cmp.differs() {
		floor = loneAt
	}
	switch {
	case len(c.Ties) > 0:
		return Unclear
	case c.Probability >= floor && c.Doubt == "":
		return Certain
	case c.Probability >= likelyAt, c.Probability >= evenAt && !x.learns():
		return Likely
	}
	return Unclear
}

// thin says of a pair that nothing speaks against what it lacks to be certain.
func thin(cmp *comparison) string {
	var agree []string
	for f := range fieldCount {
		if levelOf(f, cmp) == Agree && f != fieldForm {
			agree = append(agree, strings.ReplaceAll(fieldNames[f], "_", " "))
		}
	}
	switch len(agree) {
	case 0:
		return "nothing agrees to the letter"
	case 1:
		return "only the " + agree[0] + " agrees, and that is too little"
	}
	last := len(agree) - 1
	return "only " + strings.Join(agree[:last], ", ") + " and " + agree[last] + " agree, and that is too little"
}
