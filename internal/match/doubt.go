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
		return tenantsDiffer
	}
	if a.retired != b.retired {
		return markedOld
	}
	own := x.ownership(a, b, cmp)
	own.lone = x.loneName(cmp, rivals)
	if a.care != b.care && cmp.name.pattern >= swapWord {
		return careOf
	}
	for _, ask := range []func(*comparison, *owned) string{doubtAlias, doubtFigure, doubtEntity, doubtInitials,
		doubtPlaceName, doubtWords, doubtSpelling, doubtForm, doubtMove, doubtDoor} {
		if d := ask(cmp, own); d != "" {
			return particular(d, a, b, &cmp.name)
		}
	}
	if d := doubtRivals(l, own, rivals); d != "" {
		return d
	}
	return x.doubtHouse(a, b, l, own)
}

// particular says more of two doubts: of a name's owner, and of a town.
func particular(doubt string, a, b *profile, al *alignment) string {
	switch {
	case doubt == otherName && tradesAs(&a.names[al.nameA], &b.names[al.nameB]):
		return companysName
	case doubt == placeMore && al.sited:
		return townMore
	}
	return doubt
}

// tradesAs is true for an alias without a legal form beside a company's registered name.
func tradesAs(a, b *name) bool {
	return a.alias && a.form.family == formNone && b.form.family != formNone ||
		b.alias && b.form.family == formNone && a.form.family != formNone
}

func (x *Index) doubtTenant(a *profile) string {
	if x.rare.holders(fieldTenant, a.tenant) > 1 {
		return tenantShared
	}
	return ""
}

// doubtAlias: the name of a chain is every franchisee's, and an old name may be anybody's by now.
func doubtAlias(cmp *comparison, own *owned) string {
	if cmp.name.alias && !own.phone && !own.street && !(own.domain && !cmp.away()) {
		return otherName
	}
	return ""
}

// doubtEntity: a foundation, a fund or a regional company has a house's domain, telephone and door.
func doubtEntity(cmp *comparison, own *owned) string {
	switch {
	case own.bareName():
		return ""
	case cmp.name.entity:
		return entityWord
	case cmp.name.region:
		return regionWord
	case cmp.name.line:
		return lineWord
	}
	return ""
}

// doubtInitials: many names have the same initials.
func doubtInitials(cmp *comparison, own *owned) string {
	if cmp.name.pattern == nameAcronym && !((own.domain || own.phone || own.street && own.seat) && !cmp.away()) {
		return onlyInitials
	}
	return ""
}

// doubtFigure: a series of companies differs in a figure only.
func doubtFigure(cmp *comparison, own *owned) string {
	p := cmp.name.pattern
	switch {
	case p == swapNumber, p == swapPlace && !cmp.told[fieldName]:
		return figureDiffers
	case p == extraNumber && !own.settlesFigure(cmp):
		return figureMore
	}
	return ""
}

func doubtPlaceName(cmp *comparison, own *owned) string {
	if cmp.name.pattern == extraPlace && !own.bareName() && !own.backed && !own.place && !(own.domain && !cmp.away()) {
		return placeMore
	}
	return ""
}

// doubtWords: sisters share the first word of a name, and often the house.
func doubtWords(cmp *comparison, own *owned) string {
	switch p := cmp.name.pattern; {
	case cmp.told[fieldName]: // the name is the domain again
	case p == swapWord || p == nameStranger:
		return namesDiffer
	case p == extraWord || p == extraFiller:
		if !own.settles(cmp) {
			return wordMore
		}
	}
	return ""
}

func doubtSpelling(cmp *comparison, own *owned) string {
	if cmp.name.typos > 0 && !own.backed && !own.domain && !own.place {
		return spelledDifferently
	}
	return ""
}

// doubtForm: a GmbH and an Inc. of one name are two companies of one house.
func doubtForm(cmp *comparison, own *owned) string {
	mixed := cmp.grade[fieldForm] == gradeDiffer || cmp.grade[fieldForm] == gradePartly && !own.domainName(cmp)
	settled := own.lone && cmp.grade[fieldForm] == gradePartly || own.backed || own.place ||
		own.domain && cmp.grade[fieldCountry] != gradeDiffer
	if mixed && !settled {
		return formsDiffer
	}
	return ""
}

func doubtMove(cmp *comparison, own *owned) string {
	away := cmp.grade[fieldCountry] == gradeDiffer ||
		!own.place && (cmp.grade[fieldCity] == gradeDiffer || cmp.grade[fieldState] == gradeDiffer)
	stayed := own.phone && !own.apart ||
		own.domain && own.domainName(cmp) && own.readsAlike(cmp) && cmp.grade[fieldPhone] != gradeDiffer
	if away && !stayed {
		return placesDiffer
	}
	return ""
}

// doubtDoor: two schools of a district share name, town and switchboard, but no street.
func doubtDoor(cmp *comparison, own *owned) string {
	other := cmp.grade[fieldStreet] == gradeDiffer || cmp.grade[fieldPostal] == gradeDiffer ||
		own.board && cmp.grade[fieldStreet] == gradePartly // another number of the same street
	switch {
	case !other || own.phone || own.domain && own.readsAlike(cmp):
		return ""
	case own.board && !own.domain:
		return boardDoor
	}
	return otherDoor
}

// doubtRivals: a record that fits on its own evidence must be contradicted by a
// field in which this pair agrees; otherwise it could be meant as well.
func doubtRivals(l *link, own *owned, rivals []link) string {
	if !own.bare && !own.crowded && !own.apart && !own.board || own.crowded && own.phone || l.rivals > claimed {
		return ""
	}
	for i := range rivals {
		if o := &rivals[i]; o.score > 0 && o.score > l.score-serious && !own.beats(&l.cmp, &o.cmp) {
			return otherMeant
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
		return domainShared
	case own.apart && !own.phone && !(own.backed && exactly(cmp) && !x.namesakes(a, b)):
		return domainsDiffer
	case !own.backed && !own.domain && !own.crowded && !own.place && x.namesakes(a, b):
		return nameShared
	}
	return ""
}
