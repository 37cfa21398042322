package match

import (
	"slices"
	"strings"
)

// comparePlace compares country, state, city, postcode and street. They hang
// together, so each counts only for what it adds: a company that moved has
// another street, postcode and city, and that is one difference, not three.
func (x *Index) comparePlace(c *comparison, a, b *profile) {
	c.set(fieldCountry, same(a.country, b.country), x.rare.of(fieldCountry, a.country))
	c.set(fieldState, same(a.state, b.state), x.rare.of(fieldState, a.state))
	c.set(fieldCity, nearCity(a.city, b.city), x.rare.of(fieldCity, a.city))
	c.set(fieldPostal, nearPostal(a.postal, b.postal), x.rare.of(fieldPostal, a.postal))
	c.set(fieldStreet, nearStreet(a.street, b.street), 0.002)
	c.settlePlace(a, b)
	c.tellOnce()
}

// settlePlace takes a place off the name when it is only where the other record
// sits: "Harborview Dental (Reno)" beside Harborview Dental in Reno.
func (c *comparison) settlePlace(a, b *profile) {
	if c.name.pattern != extraPlace {
		return
	}
	other := b
	if c.name.placeOn == sideB {
		other = a
	}
	if other.city != "" && c.name.place == other.city {
		c.name.pattern = max(c.name.besides, extraFiller)
	}
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
	if g == gradeDiffer && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a) || min(len(a), len(b)) >= 4 &&
		distance(a, b, 1) == 1) {
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
	case words > 0.5 && numbersFit(a, b) || words == 0.5 && numbers == 1:
		return gradeAgree
	case words > 0.5:
		return gradePartly
	}
	return gradeDiffer
}

// numbersFit is true when no side has a number that contradicts the other's: "12-14"
// has 12, and of "1744 County Road 12" the road's number is not the house's.
func numbersFit(a, b []string) bool {
	x, y := only(a, true), only(b, true)
	if len(x) > len(y) {
		x, y = y, x
	}
	return !slices.ContainsFunc(x, func(n string) bool { return !slices.Contains(y, n) })
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
var streetKinds = set(`st ave rd blvd dr ln ct pl sq hwy pkwy ter cir way n s e w ne nw se sw str rue via calle the of
	de la`)

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
