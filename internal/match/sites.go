package match

import "strings"

// compareSites looks for a shared domain, then for a shared label under a
// shared roof or another ending, then for a domain that reads like the other
// side's name.
func (x *Index) compareSites(c *comparison, a, b *profile) {
	if len(a.sites) == 0 || len(b.sites) == 0 {
		x.siteForName(c, a, b)
		return
	}
	c.set(fieldDomain, gradeDiffer, 0)
	c.rooted = ownDomain(a) && ownDomain(b)
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
	if !c.rooted && (s.domain == "" || t.domain == "") {
		g = gradeAgree // acme.onmicrosoft.com and acme.example
	}
	c.set(fieldDomain, g, labelChance)
	c.shared = s.label
}

// siteForName is the case of a domain on one side only. It cannot agree with a
// domain, but it may read as the other side's name where the name itself does
// not: "HVD Inc." at harborviewdental.example beside Harborview Dental.
func (x *Index) siteForName(c *comparison, a, b *profile) {
	if p := c.name.pattern; p != nameMissing && p != nameStranger && p != nameAcronym {
		return // the names speak for themselves
	}
	al, _, ok := x.siteAligned(a, b)
	if !ok {
		al, _, ok = x.siteAligned(b, a)
	}
	if ok {
		al.pattern = extraFiller // a domain is short for many names
		c.name, c.grade[fieldName] = al, gradeAgree
	}
}

// siteAsName is the case of two different domains: it counts when the domain
// reads as the whole name of the other side.
func (x *Index) siteAsName(c *comparison, a, b *profile) {
	al, label, ok := x.siteAligned(a, b)
	if other, l, yes := x.siteAligned(b, a); yes && (!ok || other.bits > al.bits) {
		al, label, ok = other, l, yes
	}
	if ok {
		c.set(fieldDomain, gradePartly, exp2(-al.bits)+labelChance)
		c.shared = label
	}
}

// siteAligned reads the domains of one record as the name of the other.
func (x *Index) siteAligned(sited, named *profile) (alignment, string, bool) {
	if !named.spelled() {
		return alignment{}, "", false
	}
	n := &named.names[0]
	for _, s := range sited.sites {
		if s.label == "" || !mentions(s.label, n.tokens) {
			continue
		}
		l := name{label: s.label}
		al := x.vocab.align(&l, n)
		if (al.pattern == nameExact || al.pattern == extraFiller) && al.typos == 0 {
			return al, s.label, true
		}
	}
	return alignment{}, "", false
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
