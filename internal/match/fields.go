package match

import (
	"math"
	"slices"
)

// field is one thing that two records are compared by.
type field uint8

const (
	fieldTenant field = iota
	fieldDomain
	fieldName
	fieldForm
	fieldStreet
	fieldPostal
	fieldCity
	fieldState
	fieldCountry
	fieldPhone
	fieldCount
)

var fieldNames = [fieldCount]string{"tenant_id", "domain", "name", "legal_form", "street", "postal_code", "city",
	"state", "country", "phone"}

// grade is a level of agreement inside the model. Zero is missing: it weighs
// nothing, ever.
type grade uint8

const (
	gradeMissing grade = iota
	gradeAgree
	gradePartly
	gradeDiffer
	gradeCount
)

// comparison is how two records compare, field by field.
type comparison struct {
	grade  [fieldCount]grade
	chance [fieldCount]float32 // log2 of the probability that a stranger agrees on this very value
	told   [fieldCount]bool    // says what a coarser field said already: shown, but weighs nothing
	name   alignment
	shared string // the domain or label that agrees
	rooted bool   // both have domains of their own, so that a label alone is no agreement
}

// compare lays two records side by side.
func (x *Index) compare(a, b *profile) comparison {
	var c comparison
	c.name = x.vocab.alignBest(a.names, b.names)
	if c.name.pattern != nameMissing {
		c.grade[fieldName] = gradeAgree
	}
	c.set(fieldForm, compareForms(a, b), 0.3)
	c.set(fieldTenant, same(a.tenant, b.tenant), x.rare.of(fieldTenant, a.tenant))
	x.compareSites(&c, a, b)
	x.muteLabel(&c, a, b)
	x.comparePlace(&c, a, b)
	c.set(fieldPhone, same(a.phone, b.phone), x.rare.of(fieldPhone, a.phone))
	return c
}

// muteLabel is for a name that is only the shared domain again: that it does
// not read like the other name says nothing more, unless it has a word that the
// other name lacks; then the domain may be a sister's.
func (x *Index) muteLabel(c *comparison, a, b *profile) {
	if c.name.pattern >= swapWord && c.grade[fieldDomain] == gradeAgree {
		c.told[fieldName] = x.vocab.echoed(a, b) || x.vocab.echoed(b, a)
	}
}

// echoed is true when the name is no more than a domain of the other record, and
// the domain has no word of its own.
func (v *vocabulary) echoed(p, other *profile) bool {
	if !p.onlyLabel() || !other.spelled() {
		return false
	}
	label := p.names[len(p.names)-1].label
	return slices.ContainsFunc(other.sites, func(s site) bool { return s.label == label }) &&
		!v.hasWord(label, other.names[0].tokens)
}

func (c *comparison) set(f field, g grade, chance float64) {
	c.grade[f] = g
	if g == gradeAgree || g == gradePartly {
		c.chance[f] = float32(math.Log2(max(chance, 1e-12)))
	}
}

// alignBest takes the closest pair among the names and their aliases.
func (v *vocabulary) alignBest(as, bs []name) alignment {
	var best alignment
	for i := range as {
		for j := range bs {
			al := v.align(&as[i], &bs[j])
			al.alias = as[i].alias || bs[j].alias
			if best.pattern == nameMissing || al.worth() > best.worth() {
				best, best.nameA, best.nameB = al, int8(i), int8(j)
			}
		}
	}
	return best
}

// worth orders alignments of aliases.
func (al *alignment) worth() float64 {
	if al.alias {
		plain := *al
		plain.alias = false
		return plain.worth() - 1 // the names themselves go first
	}
	switch al.pattern {
	case nameMissing, nameStranger:
		return 0
	case nameExact:
		return al.bits + 12 - 4*float64(al.typos)
	case swapWord, swapPlace, swapNumber:
		return al.bits
	}
	return al.bits + 6 - 4*float64(al.typos)
}

func same(a, b string) grade {
	switch {
	case a == "" || b == "":
		return gradeMissing
	case a == b:
		return gradeAgree
	}
	return gradeDiffer
}
