package match

import (
	"math"
	"slices"
	"strings"
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
}

// compare lays two records side by side.
func (x *Index) compare(a, b *profile) comparison {
	var c comparison
	c.name = x.vocab.alignBest(a.names, b.names)
	if c.name.pattern != nameMissing {
		c.grade[fieldName] = gradeAgree
	}
	if c.name.pattern >= swapWord && len(a.names) == 1 && len(b.names) == 1 && (a.names[0].label != "" || b.names[0].label != "") {
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

func compareForms(a, b *profile) grade {
	if len(a.names) == 0 || len(b.names) == 0 {
		return gradeMissing
	}
	x, y := a.names[0].form, b.names[0].form
	switch {
	case x == formNone || y == formNone:
		return gradeMissing
	case x == y:
		return gradeAgree
	case x == formAny && y <= formStock || y == formAny && x <= formStock:
		return gradePartly
	}
	return gradeDiffer
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

// compareSites looks for a shared domain, then for a shared label under a
// shared roof or another ending, then for a domain that reads like the other
// side's name.
func (x *Index) compareSites(c *comparison, a, b *profile) {
	if len(a.sites)+len(b.sites) == 0 {
		return
	}
	if len(a.sites) > 0 && len(b.sites) > 0 {
		c.set(fieldDomain, gradeDiffer, 0)
	}
	for _, s := range a.sites {
		for _, t := range b.sites {
			if s.domain != "" && s.domain == t.domain {
				c.set(fieldDomain, gradeAgree, x.rare.of(fieldDomain, s.domain))
				c.shared = s.domain
				return
			}
			x.compareLabels(c, s, t)
		}
	}
	if c.grade[fieldDomain] != gradePartly && c.grade[fieldDomain] != gradeAgree {
		x.siteAsName(c, a, b)
	}
}

// labelChance is how often strangers have one label under different roofs.
const labelChance = 0.0005

func (x *Index) compareLabels(c *comparison, s, t site) {
	if s.label != t.label || len(s.label) < 3 {
		return
	}
	g := gradePartly
	if s.domain == "" || t.domain == "" {
		g = gradeAgree // acme.onmicrosoft.com and acme.example
	}
	c.set(fieldDomain, g, labelChance)
	c.shared = s.label
}

// siteAsName is the case of a domain on one side only, or of two different
// domains: it counts when the domain reads as the whole name of the other side.
func (x *Index) siteAsName(c *comparison, a, b *profile) {
	label, bits := x.readsAs(a, b)
	if l, n := x.readsAs(b, a); n > bits {
		label, bits = l, n
	}
	if bits > 0 {
		c.set(fieldDomain, gradePartly, exp2(-bits)+labelChance)
		c.shared = label
	}
}

func (x *Index) readsAs(sited, named *profile) (string, float64) {
	for _, s := range sited.sites {
		if s.label == "" || len(named.names) == 0 || named.names[0].label != "" {
			continue
		}
		if !mentions(s.label, named.names[0].tokens) {
			continue
		}
		l := name{label: s.label}
		al := x.vocab.align(&l, &named.names[0])
		if (al.pattern == nameExact || al.pattern == extraFiller) && al.typos == 0 {
			return s.label, al.bits
		}
	}
	return "", 0
}

// mentions is a quick look before the careful one: does the first telling word
// of the name stand in the label at all?
func mentions(label string, ts []token) bool {
	for _, t := range ts {
		if t.kind != stop && t.kind != filler {
			return strings.Contains(label, t.text)
		}
	}
	return false
}

// comparePlace compares country, state, city, postcode and street. They hang
// together, so each counts only for what it adds: a company that moved has
// another street, postcode and city, and that is one difference, not three.
func (x *Index) comparePlace(c *comparison, a, b *profile) {
	c.set(fieldCountry, same(a.country, b.country), x.rare.of(fieldCountry, a.country))
	c.set(fieldState, same(a.state, b.state), x.rare.of(fieldState, a.state))
	c.set(fieldCity, nearCity(a.city, b.city), x.rare.of(fieldCity, a.city))
	c.set(fieldPostal, nearPostal(a.postal, b.postal), x.rare.of(fieldPostal, a.postal))
	c.set(fieldStreet, nearStreet(a.street, b.street), 0.002)
	c.tellOnce()
}

// tellOnce mutes what follows from another field: agreement upwards (the postcode
// tells the city, the city the state), difference downwards (another state tells another city).
func (c *comparison) tellOnce() {
	order := [...]field{fieldCountry, fieldState, fieldCity, fieldPostal, fieldStreet}
	differs, agrees := false, false
	for _, f := range order {
		if differs && c.grade[f] >= gradePartly {
			c.told[f] = true
		}
		differs = differs || c.grade[f] == gradeDiffer
	}
	finest := [...]field{fieldPostal, fieldCity, fieldState, fieldCountry}
	if c.chance[fieldCity] < c.chance[fieldPostal] {
		finest[0], finest[1] = fieldCity, fieldPostal // a village inside one postcode
	}
	for _, f := range finest {
		if agrees && c.grade[f] == gradeAgree {
			c.told[f] = true
		}
		agrees = agrees || c.grade[f] == gradeAgree
	}
}

func nearCity(a, b string) grade {
	g := same(a, b)
	if g == gradeDiffer && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a) || len(a) > 4 && len(b) > 4 && distance(a, b, 1) == 1) {
		return gradePartly
	}
	return g
}

// nearPostal takes a common start of all but two signs as the same quarter.
func nearPostal(a, b string) grade {
	g := same(a, b)
	if g != gradeDiffer {
		return g
	}
	n := min(len(a), len(b))
	if n >= 5 && a[:5] == b[:5] {
		return gradeAgree // ZIP+4
	}
	if n >= 4 && (a[:n-2] == b[:n-2] || distance(a, b, 1) == 1) {
		return gradePartly
	}
	return gradeDiffer
}

// nearStreet wants number and street for agreement; one of them is partly.
func nearStreet(a, b []string) grade {
	if len(a) == 0 || len(b) == 0 {
		return gradeMissing
	}
	if slices.Equal(a, b) {
		return gradeAgree
	}
	numbers, words := overlap(a, b, true), overlap(a, b, false)
	switch {
	case words > 0.5 && numbers != 0 || words == 0.5 && numbers == 1:
		return gradeAgree
	case words > 0.5:
		return gradePartly
	}
	return gradeDiffer
}

// overlap is the share of common words; -1 when a side has none of that sort.
func overlap(a, b []string, digits bool) float64 {
	x, y := only(a, digits), only(b, digits)
	if len(x) == 0 || len(y) == 0 {
		return -1
	}
	common := 0.
	for _, w := range x {
		if slices.ContainsFunc(y, func(o string) bool {
			return w == o || !digits && len(w) > 4 && len(o) > 4 && distance(w, o, 1) <= 1
		}) {
			common++
		}
	}
	return common / float64(max(len(x), len(y)))
}

// streetKinds say what sort of street it is, and tell none apart.
var streetKinds = set(`st ave rd blvd dr ln ct pl sq hwy pkwy ter cir way n s e w ne nw se sw str rue via calle the of de la`)

// only keeps the numbers of a street, or the words that tell it from others.
func only(words []string, digits bool) []string {
	var out []string
	for _, w := range words {
		if (w[0] >= '0' && w[0] <= '9') == digits && !streetKinds[w] {
			out = append(out, w)
		}
	}
	return out
}
