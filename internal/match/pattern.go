package match

import (
	"slices"
	"sort"
)

// pattern is how two names relate once their words are laid side by side.
type pattern uint8

const (
	nameMissing  pattern = iota
	nameExact            // every word has its partner
	extraFiller          // one side says "Group" more
	extraWord            // one side says a telling word more
	extraPlace           // one side names a place more
	extraNumber          // one side has a figure more
	swapWord             // each side has a word that the other lacks
	swapPlace            // each side names another place
	swapNumber           // the same but for one figure
	nameAcronym          // one is the initials of the other
	nameStranger         // nothing that tells is shared
	patternCount
)

func (p *pairing) outcome(v *vocabulary) alignment {
	restA, restB := leftover(p.a, &p.usedA), leftover(p.b, &p.usedB)
	al := alignment{bits: discounted(p.bits), typos: p.typos, words: v.words(p.shared, restA, restB)}
	if al.pattern = p.patternOf(restA, restB); al.pattern == nameStranger {
		al.bits, al.typos = 0, 0 // what many names share is no evidence
	}
	if al.pattern == extraPlace {
		al.notePlace(restA, restB)
	}
	al.entity, al.region, al.line = oneOf(entityWords, restA, restB), oneOf(regionWords, restA, restB),
		oneOf(lineWords, restA, restB)
	return al
}

// Words by which companies of one house are told from each other, and regions and
// lines of business that may be left out of a name.
var (
	entityWords = set(`foundation foundations trust trusts trustees fund funds pension scheme charity charitable research
		nominees stiftung fondation fundacion fondazione`)
	lineWords   = set(`capital ventures venture properties`)
	regionWords = set(`europe asia africa americas america emea apac latam north south
		east west northern southern eastern western central`)
)

func oneOf(words map[string]bool, rests ...[]token) bool {
	return slices.ContainsFunc(slices.Concat(rests...), func(t token) bool { return words[t.text] })
}

// notePlace keeps the place that only one name has: it may be where the other
// record says it sits.
func (al *alignment) notePlace(restA, restB []token) {
	rest := restA
	if len(restA) == 0 {
		rest, al.placeOn = restB, sideB
	}
	var others []token
	for _, t := range rest {
		if t.town() {
			al.place += t.text
			al.sited = al.sited || t.sited
		} else {
			others = append(others, t)
		}
	}
	al.besides = nameExact
	if len(others) > 0 {
		al.besides = extraOf(others)
	}
}

func (p *pairing) patternOf(restA, restB []token) pattern {
	switch {
	case !p.tells(len(restA) + len(restB)):
		return nameStranger
	case len(restA) > 0 && len(restB) > 0:
		return swapOf(restA, restB)
	case p.acronym:
		return nameAcronym
	case len(restA)+len(restB) == 0:
		return nameExact
	}
	return max(extraOf(restA), extraOf(restB))
}

// tells is false when all that is shared is what many names share.
func (p *pairing) tells(rest int) bool {
	if len(p.bits) == 0 {
		return false
	}
	if rest == 0 {
		return true
	}
	return max(telling(p.a, &p.usedA), telling(p.b, &p.usedB)) >= 2
}

// telling counts the shared words that say something, a proper one double.
func telling(ts []token, used *[32]bool) int {
	n := 0
	for i, t := range ts {
		if !used[i] {
			continue
		}
		switch t.kind {
		case plain:
			n += 2
		case trade, place, number:
			n++
		}
	}
	return n
}

func extraOf(rest []token) pattern {
	worst := extraFiller
	for _, t := range rest {
		switch {
		case t.kind == number:
			return extraNumber
		case t.town():
			worst = max(worst, extraPlace)
		case t.kind == plain || t.kind == trade:
			worst = max(worst, extraWord)
		}
	}
	return worst
}

func swapOf(a, b []token) pattern {
	switch {
	case len(a) == 1 && len(b) == 1 && bothHave(a, b, number):
		return swapNumber
	case anyTown(a) && anyTown(b) || bothHave(a, b, number):
		return swapPlace
	}
	return swapWord
}

func bothHave(a, b []token, k kind) bool { return has(a, k) && has(b, k) }

func anyTown(ts []token) bool { return slices.ContainsFunc(ts, token.town) }

func has(ts []token, k kind) bool {
	for _, t := range ts {
		if t.kind == k {
			return true
		}
	}
	return false
}

func leftover(ts []token, used *[32]bool) []token {
	var rest []token
	for i, t := range ts {
		if !used[i] && t.kind != stop {
			rest = append(rest, t)
		}
	}
	return rest
}

func texts(ts []token) []string {
	var out []string
	for _, t := range ts {
		if t.kind != stop {
			out = append(out, t.text)
		}
	}
	return out
}

// discounted adds up bits; words of one name hang together, so each further
// word says less.
func discounted(bits []float64) float64 {
	sort.Sort(sort.Reverse(sort.Float64Slice(bits)))
	sum, share := 0., 1.
	for _, b := range bits {
		sum += b * share
		share *= 0.75
	}
	return sum
}
