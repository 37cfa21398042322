package match

import (
	"slices"
	"strings"
)

// owned tells what a pair shares that nobody else has. Agreement shared by a
// whole house (one switchboard, one domain, one building) tells no sister from
// another; agreement that only these two have does.
type owned struct {
	domain  bool // the same domain or label, held once on either side
	crowded bool // the same domain, held by several records of a side
	phone   bool // the same telephone, held once on either side
	street  bool // the same street and number, held once on either side
	backed  bool // the same street, whoever else has it, or a telephone of their own
	board   bool // the same telephone, held by several records of a side: a switchboard
	seat    bool // the same street and postcode, whoever else has them
	place   bool // the same postcode, or the same city of one state
	apart   bool // both have domains, and they differ
	bare    bool // one of the names is no more than a domain
	lone    bool // a rare name, the same on both sides, in files of unique names, and nobody's is near
}

func (x *Index) ownership(a, b *profile, cmp *comparison) *owned {
	agrees := func(f field) bool { return cmp.grade[f] == gradeAgree }
	alone := func(f field, v string) bool { return x.rare.holders(f, v) <= 1 }
	o := &owned{
		phone:  agrees(fieldPhone) && alone(fieldPhone, a.phone),
		street: agrees(fieldStreet) && alone(fieldStreet, a.streetKey()) && alone(fieldStreet, b.streetKey()),
		board:  agrees(fieldPhone) && !alone(fieldPhone, a.phone),
		seat:   agrees(fieldStreet) && agrees(fieldPostal),
		place: agrees(fieldPostal) || agrees(fieldCity) && cmp.grade[fieldPostal] != gradeDiffer &&
			cmp.grade[fieldState] != gradeDiffer,
		bare: !a.spelled() || !b.spelled(),
	}
	o.backed = agrees(fieldStreet) || o.phone
	if sameDomain(cmp) {
		o.crowded = !alone(fieldDomain, cmp.shared)
		o.domain = !o.crowded
	}
	o.apart = !o.domain && !o.crowded && ownDomain(a) && ownDomain(b)
	return o
}

// rareBits is how much a name must say to be rare.
const rareBits = 8

// loneName is true for a rare name that is the same on both sides where the files
// show names to be unique, and no other record's name comes near.
func (x *Index) loneName(cmp *comparison, rivals []link) bool {
	if !x.rare.lone || !exactly(cmp) || cmp.name.alias || cmp.name.bits < rareBits {
		return false
	}
	for i := range rivals {
		if p := rivals[i].cmp.name.pattern; p >= nameExact && p <= extraNumber || p == swapPlace || p == swapNumber {
			return false
		}
	}
	return true
}

// bareName is true for a domain of its own beside a full name: a domain leaves
// words, places and figures out, so their lack says nothing.
func (o *owned) bareName() bool { return o.bare && o.domain }

// settles is true when the rest leaves no room for a sister whose name says a
// word more or less.
func (o *owned) settles(cmp *comparison) bool {
	if cmp.name.place != "" && cmp.grade[fieldStreet] == gradeDiffer && cmp.grade[fieldPostal] == gradeDiffer {
		return o.phone // two branches in one town
	}
	filler := cmp.name.pattern == extraFiller
	if cmp.grade[fieldPhone] == gradeDiffer {
		return o.domain && (filler || o.place) || o.street && (filler || o.bareName())
	}
	return o.phone || o.street || o.domain || o.crowded || o.backed && o.bare || filler && o.place && !cmp.differs()
}

// settlesFigure is true when a figure that only one name has says nothing: the
// other is no more than their own domain.
func (o *owned) settlesFigure(cmp *comparison) bool {
	return o.bareName() && !cmp.differs()
}

// readsAlike is true for the same name, and for a domain that spells the name
// out; a domain that leaves a word out may be a sister's.
func (o *owned) readsAlike(cmp *comparison) bool {
	return exactly(cmp) || o.bare && cmp.name.pattern == extraFiller && cmp.name.typos == 0
}

// tellsSisters is true when something tells the pair from others of its domain: a
// telephone or street of their own, or a town or postcode when no rival comes near.
// A street that others have too is the seat of the house, and tells nothing.
func (o *owned) tellsSisters(l *link) bool {
	return o.phone || o.street || l.rivals > unrivalled && o.place && !o.backed && !l.cmp.away()
}

// unrivalled is how many bits the rivals may cost a pair that hardly has any.
const unrivalled = -1

// A pair has to rule out its rivals when they cost it more than claimed bits, and
// of them those whose own evidence comes within serious bits of its own.
const (
	claimed = -3
	serious = 12
)

// beats is true when the pair agrees in a field in which its rival differs. Both
// being exact in name, the name decides nothing; a bare domain never does.
func (o *owned) beats(pair, rival *comparison) bool {
	for _, f := range [...]field{fieldTenant, fieldDomain, fieldStreet, fieldPostal, fieldCity, fieldPhone} {
		if pair.grade[f] == gradeAgree && rival.grade[f] == gradeDiffer {
			return true
		}
	}
	return !o.bare && exactly(pair) && rival.name.pattern > nameExact
}

// differs is true when any field speaks against the pair.
func (c *comparison) differs() bool { return slices.Contains(c.grade[:], gradeDiffer) }

// away is true when the addresses name two places.
func (c *comparison) away() bool {
	return slices.Contains(c.grade[fieldStreet:fieldPhone], gradeDiffer)
}

// domainName is true when a whole domain is shared, not only its label.
func (o *owned) domainName(cmp *comparison) bool {
	return (o.domain || o.crowded) && strings.Contains(cmp.shared, ".")
}

func exactly(cmp *comparison) bool { return cmp.name.pattern == nameExact && cmp.name.typos == 0 }

// spelled is true when the name is a name and no domain.
func (p *profile) spelled() bool { return len(p.names) > 0 && p.names[0].label == "" }

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

// sameDomain is true for a registrable domain in common, or for a label long
// enough to be somebody's own: harborview.onmicrosoft.com and harborview.example.
func sameDomain(cmp *comparison) bool {
	return cmp.grade[fieldDomain] == gradeAgree && (strings.Contains(cmp.shared, ".") || len(cmp.shared) >= 6)
}
