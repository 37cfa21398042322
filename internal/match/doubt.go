package match

// doubt tells what a person would hesitate at, whatever the score; "" when
// there is nothing. These are the ways in which two different companies look
// alike: branches, sisters, namesakes, neighbours, and old data.
func (x *Index) doubt(a, b *profile, l *link, rivals []link) string {
	cmp := &l.cmp
	switch cmp.grade[fieldTenant] {
	case gradeAgree:
		return x.doubtTenant(a)
	case gradeDiffer:
		return "the tenant ids differ"
	}
	if a.retired != b.retired {
		return "one name is marked as old, a test or a duplicate"
	}
	own := x.ownership(a, b, cmp)
	for _, ask := range []func(*comparison, *owned) string{doubtAlias, doubtFigure, doubtEntity, doubtInitials,
		doubtPlaceName, doubtWords, doubtSpelling, doubtForm, doubtMove, doubtDoor} {
		if d := ask(cmp, own); d != "" {
			return d
		}
	}
	if d := doubtRivals(l, own, rivals); d != "" {
		return d
	}
	return x.doubtHouse(a, b, l, own)
}

func (x *Index) doubtTenant(a *profile) string {
	if x.rare.holders(fieldTenant, a.tenant) > 1 {
		return "several records have this tenant id"
	}
	return ""
}

// doubtAlias: the name of a chain is every franchisee's, and an old name may be anybody's by now.
func doubtAlias(cmp *comparison, own *owned) string {
	if cmp.name.alias && !own.phone && !own.street && !(own.domain && !cmp.away()) {
		return "they agree in another name only, and in nothing of their own: perhaps a franchise"
	}
	return ""
}

// doubtEntity: a foundation, a fund or a regional company has a house's domain, telephone and door.
func doubtEntity(cmp *comparison, own *owned) string {
	if cmp.name.entity && !own.bareName() {
		return "one name says foundation, fund or region: perhaps another company of the house"
	}
	return ""
}

// doubtInitials: many names have the same initials.
func doubtInitials(cmp *comparison, own *owned) string {
	if cmp.name.pattern == nameAcronym && !(own.domain && (own.seat || own.phone)) {
		return "one name is only initials, and domain and address do not bear them out"
	}
	return ""
}

// doubtFigure: a series of companies differs in a figure only.
func doubtFigure(cmp *comparison, own *owned) string {
	p := cmp.name.pattern
	if p == swapNumber || p == swapPlace && !cmp.told[fieldName] || p == extraNumber && !own.settlesFigure(cmp) {
		return "the names differ in a place or a figure: perhaps a branch"
	}
	return ""
}

func doubtPlaceName(cmp *comparison, own *owned) string {
	if cmp.name.pattern == extraPlace && !own.bareName() && !own.backed && !own.place && !(own.domain && !cmp.away()) {
		return "only one name has the place: perhaps a branch"
	}
	return ""
}

// doubtWords: sisters share the first word of a name, and often the house.
func doubtWords(cmp *comparison, own *owned) string {
	switch p := cmp.name.pattern; {
	case cmp.told[fieldName]: // the name is the domain again
	case p == swapWord || p == nameStranger:
		return "the names differ: perhaps a sister company"
	case p == extraWord || p == extraFiller:
		if !own.settles(cmp) {
			return "one name says more, and nothing else settles it: perhaps a sister company"
		}
	}
	return ""
}

func doubtSpelling(cmp *comparison, own *owned) string {
	if cmp.name.typos > 0 && !own.backed && !own.domain && !own.place {
		return "the names are spelled differently and nothing else agrees"
	}
	return ""
}

// doubtForm: a GmbH and an Inc. of one name are two companies of one house.
func doubtForm(cmp *comparison, own *owned) string {
	mixed := cmp.grade[fieldForm] == gradeDiffer || cmp.grade[fieldForm] == gradePartly && !own.domainName(cmp)
	settled := own.backed || own.place || own.domain && cmp.grade[fieldCountry] != gradeDiffer
	if mixed && !settled {
		return "the legal forms differ: perhaps a sister company"
	}
	return ""
}

func doubtMove(cmp *comparison, own *owned) string {
	away := cmp.grade[fieldCountry] == gradeDiffer ||
		!own.place && (cmp.grade[fieldCity] == gradeDiffer || cmp.grade[fieldState] == gradeDiffer)
	stayed := own.phone && !own.apart ||
		own.domain && own.domainName(cmp) && own.readsAlike(cmp) && cmp.grade[fieldPhone] != gradeDiffer
	if away && !stayed {
		return "the places differ: perhaps a branch"
	}
	return ""
}

// doubtDoor: two schools of a district share name, town and switchboard, but no street.
func doubtDoor(cmp *comparison, own *owned) string {
	other := cmp.grade[fieldStreet] == gradeDiffer || cmp.grade[fieldPostal] == gradeDiffer
	if other && !own.phone && !(own.domain && own.readsAlike(cmp)) {
		return "another street or postcode in the same town: perhaps a branch"
	}
	return ""
}

// doubtRivals: a record that fits on its own evidence must be contradicted by a
// field in which this pair agrees; otherwise it could be meant as well.
func doubtRivals(l *link, own *owned, rivals []link) string {
	if !own.bare && !own.crowded && !own.apart && !own.board || own.crowded && own.phone || l.rivals > claimed {
		return ""
	}
	for i := range rivals {
		if o := &rivals[i]; o.score > 0 && o.score > l.score-serious && !own.beats(&l.cmp, &o.cmp) {
			return "another record could be meant"
		}
	}
	return ""
}

// doubtHouse looks for others of the same house or name that the record might be.
func (x *Index) doubtHouse(a, b *profile, l *link, own *owned) string {
	cmp := &l.cmp
	switch {
	case own.crowded && !own.tellsSisters(l) && !(exactly(cmp) && own.seat && !x.namesakes(a, b)) &&
		(own.bare || !exactly(cmp) || cmp.differs() || x.namesakes(a, b) && !own.place):
		return "several records have this domain: perhaps a sister company"
	case own.apart && !own.phone && !(own.backed && exactly(cmp) && !x.namesakes(a, b)):
		return "the domains differ"
	case !own.backed && !own.domain && !own.crowded && !own.place && x.namesakes(a, b):
		return "several records have this name"
	}
	return ""
}
