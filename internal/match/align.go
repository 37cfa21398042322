package match

import "strings"

// alignment is the outcome of laying two names side by side.
type alignment struct {
	pattern pattern
	bits    float64 // how unlikely it is that strangers share these words
	typos   int
	place   string  // the place that only one name has, run together; set with extraPlace
	placeOn side    // whose name that is
	besides pattern // the pattern without that place
	sited   bool    // that place stands where a town does: in brackets, or behind an "of"
	entity  bool    // only one name has a word that companies of one house are told by: foundation, fund
	region  bool    // the same with north or Europe
	line    bool    // the same with capital or ventures
	alias   bool    // one of the names is an alias
	nameA   int8    // which of the names
	nameB   int8
	words   *laidOut // nil unless the vocabulary is asked to tell
}

// side is one of the two that are laid beside each other.
type side uint8

const (
	sideA side = iota
	sideB
)

// laidOut are the words of an alignment, for the sentence that explains it.
type laidOut struct{ shared, onlyA, onlyB []string }

func (v *vocabulary) words(shared, onlyA, onlyB []token) *laidOut {
	if !v.tell {
		return nil
	}
	return &laidOut{texts(shared), texts(onlyA), texts(onlyB)}
}

// align lays name b beside name a. It is symmetric but for which side is which.
func (v *vocabulary) align(a, b *name) alignment {
	if a.blank() || b.blank() {
		return alignment{}
	}
	switch {
	case a.label != "" && b.label != "":
		return v.alignLabels(a.label, b.label)
	case a.label != "":
		return v.alignLabel(a.label, b.tokens)
	case b.label != "":
		al := v.alignLabel(b.label, a.tokens)
		return al.mirrored()
	case a.compact == b.compact:
		return alignment{pattern: nameExact, bits: max(v.sum(a.tokens), v.sum(b.tokens)),
			words: v.words(a.tokens, nil, nil)}
	}
	if d := distance(a.compact, b.compact, 1); d == 1 && len(a.compact) >= 9 && len(b.compact) >= 9 &&
		!has(a.tokens, number) && !has(b.tokens, number) && len(a.tokens) != len(b.tokens) {
		return alignment{pattern: nameExact, bits: max(0, min(v.sum(a.tokens), v.sum(b.tokens))-nearCost[slip]),
			typos: 1, words: v.words(a.tokens, nil, nil)}
	}
	if a.initialsWithForm(b) || b.initialsWithForm(a) {
		return alignment{pattern: nameAcronym, bits: 3 * float64(min(len(a.compact), len(b.compact))),
			words: v.words(a.tokens, nil, nil)}
	}
	return v.alignTokens(a.tokens, b.tokens)
}

// initialsWithForm tells whether a name of one word is the initials of the other, its Company or Corporation counted
// as people do: BBC, NEC.
func (n *name) initialsWithForm(long *name) bool {
	if len(n.tokens) != 1 || len(long.tokens) < 2 || !long.form.isCompany() {
		return false
	}
	rest := n.tokens[0].text
	for _, t := range long.tokens {
		switch {
		case rest != "" && rest[0] == t.text[0]:
			rest = rest[1:]
		case t.kind != stop:
			return false
		}
	}
	return rest == "c" && n.tokens[0].kind != number
}

func (v *vocabulary) alignLabels(a, b string) alignment {
	return v.alignTokens([]token{v.token(a)}, []token{v.token(b)})
}

// digraphs undo what German and Nordic companies do to get a domain: "mueller".
var digraphs = strings.NewReplacer("ae", "a", "oe", "o", "ue", "u")

// alignLabel reads a label as words, as the other name has them.
func (v *vocabulary) alignLabel(label string, words []token) alignment {
	al := v.alignTokens(v.segment(label, words), words)
	if plain := digraphs.Replace(label); plain != label && al.pattern != nameExact {
		if other := v.alignTokens(v.segment(plain, words), words); other.worth() > al.worth() {
			return other
		}
	}
	return al
}

func (al alignment) mirrored() alignment {
	al.placeOn = sideB - al.placeOn
	if al.words != nil {
		al.words = &laidOut{al.words.shared, al.words.onlyB, al.words.onlyA}
	}
	return al
}
