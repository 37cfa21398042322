package match

import "math"

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

var fieldNames = [fieldCount]string{"tenant_id", "domain", "name", "legal_form", "street", "postal_code", "city", "state", "country", "phone"}

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
	if c.name.pattern >= swapWord && (a.onlyLabel() || b.onlyLabel()) {
		defer c.muteLabel()
	}
	c.set(fieldForm, compareForms(a, b), 0.3)
	c.set(fieldTenant, same(a.tenant, b.tenant), x.rare.of(fieldTenant, a.tenant))
	x.compareSites(&c, a, b)
	x.comparePlace(&c, a, b)
	c.set(fieldPhone, same(a.phone, b.phone), x.rare.of(fieldPhone, a.phone))
	return c
}

// muteLabel is for a name that is only the shared domain again: that it does
// not read like the other name says nothing more.
func (c *comparison) muteLabel() { c.told[fieldName] = c.grade[fieldDomain] == gradeAgree }

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
			if al := v.align(&as[i], &bs[j]); best.pattern == nameMissing || al.worth() > best.worth() {
				best = al
			}
		}
	}
	return best
}

// worth orders alignments of aliases.
func (al *alignment) worth() float64 {
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
