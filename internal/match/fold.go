package match

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold lowers case, strips accents and writes Cyrillic, Greek, kana, Hangul and
// Devanagari in Latin letters, so that one company looks the same on either side.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i, word := range strings.FieldsFunc(norm.NFKC.String(s), unicode.IsSpace) {
		if i > 0 {
			b.WriteByte(' ')
		}
		foldWord(&b, straighten(strings.ToLower(word)))
	}
	return b.String()
}

func foldWord(b *strings.Builder, word string) {
	signs := []rune(word)
	for i := 0; i < len(signs); i++ {
		r := signs[i]
		if latin, ok := letters[r]; ok {
			b.WriteString(latin)
			continue
		}
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		if n := readSound(b, signs, i); n > 0 {
			i += n - 1
			continue
		}
		foldMarked(b, r)
	}
}

// foldMarked writes a letter without its marks: é becomes e.
func foldMarked(b *strings.Builder, r rune) {
	for _, d := range norm.NFKD.String(string(r)) {
		if unicode.Is(unicode.Mn, d) {
			continue
		}
		if latin, ok := letters[d]; ok {
			b.WriteString(latin)
			continue
		}
		b.WriteRune(d)
	}
}

// straighten undoes lookalikes: a word of mixed script is read in the script
// that most of its letters have.
func straighten(word string) string {
	var latin, cyrillic, greek int
	for _, r := range word {
		switch {
		case unicode.Is(unicode.Latin, r):
			latin++
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic++
		case unicode.Is(unicode.Greek, r):
			greek++
		}
	}
	if latin == 0 || cyrillic+greek == 0 {
		return word
	}
	if latin >= cyrillic+greek {
		return strings.Map(func(r rune) rune { return orSame(lookalikeLatin, r) }, word)
	}
	if cyrillic >= greek {
		return strings.Map(func(r rune) rune { return orSame(lookalikeCyrillic, r) }, word)
	}
	return word
}

func orSame(m map[rune]rune, r rune) rune {
	if to, ok := m[r]; ok {
		return to
	}
	return r
}

// onlyAlnum keeps letters and digits.
func onlyAlnum(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
