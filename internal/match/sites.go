package match

import "strings"

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
