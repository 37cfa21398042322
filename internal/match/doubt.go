package match

import "strings"

// doubt tells what a person would hesitate at, whatever the score; "" when
// there is nothing. These are the ways in which two different companies look
// alike: branches, sisters, namesakes, neighbours, and old data.
func (x *Index) doubt(a, b *profile, cmp *comparison, l *link) string {
	switch {
	case cmp.grade[fieldTenant] == gradeAgree:
		return x.doubtTenant(a)
	case cmp.grade[fieldTenant] == gradeDiffer:
		return "the tenant ids differ"
	}
	if d := x.doubtName(a, b, cmp, l); d != "" {
		return d
	}
	return x.doubtPlace(cmp)
}

func (x *Index) doubtTenant(a *profile) string {
	if x.rare.holders(fieldTenant, a.tenant) > 1 {
		return "several records have this tenant id"
	}
	return ""
}

func (x *Index) doubtName(a, b *profile, cmp *comparison, l *link) string {
	switch p := cmp.name.pattern; {
	case cmp.told[fieldName]: // the name is the domain again
	case p == swapPlace || p == swapNumber || p == extraNumber:
		return "the names differ in a place or a figure: perhaps a branch"
	case p == extraPlace && !backed(cmp):
		return "only one name has the place: perhaps a branch"
	case p == swapWord || p == nameStranger:
		return "the names differ: perhaps a sister company"
	case (p == extraWord || p == extraFiller) && (cmp.grade[fieldPhone] == gradeDiffer || !backed(cmp) && !sameDomain(cmp)):
		return "one name says more, and nothing else settles it: perhaps a sister company"
	case cmp.name.typos > 0 && !backed(cmp) && !sameDomain(cmp):
		return "the names are spelled differently and nothing else agrees"
	}
	return x.doubtHouse(a, b, cmp, l)
}

// doubtHouse looks for others of the same house or name that the record might be.
func (x *Index) doubtHouse(a, b *profile, cmp *comparison, l *link) string {
	alone := l.rivals > -1 // no rival worth the name
	spelled := a.spelled() && b.spelled()
	switch {
	case !spelled && l.rivals < -3:
		return "the name is only a domain, and another record could be meant"
	case x.crowdedDomain(cmp) && !(exactly(cmp) && spelled) && !(backed(cmp) && alone):
		return "several records have this domain: perhaps a sister company"
	case !backed(cmp) && !sameDomain(cmp) && ownDomain(a) && ownDomain(b):
		return "the domains differ"
	case !backed(cmp) && !sameDomain(cmp) && x.namesakes(a, b):
		return "several records have this name"
	}
	return ""
}

func exactly(cmp *comparison) bool { return cmp.name.pattern == nameExact && cmp.name.typos == 0 }

// spelled is true when the name is a name and no domain.
func (p *profile) spelled() bool { return len(p.names) > 0 && p.names[0].label == "" }

func (x *Index) doubtPlace(cmp *comparison) string {
	moved := cmp.grade[fieldCity] == gradeDiffer || cmp.grade[fieldState] == gradeDiffer || cmp.grade[fieldCountry] == gradeDiffer
	own := sameDomain(cmp) && !x.crowdedDomain(cmp) && cmp.grade[fieldPhone] != gradeDiffer
	if moved && !own && cmp.grade[fieldPhone] != gradeAgree {
		return "the places differ: perhaps a branch"
	}
	return ""
}

// backed is true when the address or the telephone speaks for the pair too.
func backed(cmp *comparison) bool {
	return cmp.grade[fieldStreet] == gradeAgree || cmp.grade[fieldPhone] == gradeAgree
}

func ownDomain(p *profile) bool {
	for _, s := range p.sites {
		if s.domain != "" {
			return true
		}
	}
	return false
}

// namesakes is true when either side has the name more than once.
func (x *Index) namesakes(a, b *profile) bool {
	for _, p := range []*profile{a, b} {
		if len(p.names) > 0 && x.rare.holders(fieldName, p.names[0].compact) > 1 {
			return true
		}
	}
	return false
}

// sameDomain is true for a registrable domain in common, not a mere label.
func sameDomain(cmp *comparison) bool {
	return cmp.grade[fieldDomain] == gradeAgree && strings.Contains(cmp.shared, ".")
}

// crowdedDomain is true when the shared domain is held more than once on a side.
func (x *Index) crowdedDomain(cmp *comparison) bool {
	return sameDomain(cmp) && x.rare.holders(fieldDomain, cmp.shared) > 1
}
