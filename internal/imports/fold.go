package imports

import (
	"strings"
	"unicode"
)

// FoldKey takes out of an id what nobody sees and no keyboard types: characters
// without a shape, hyphens and blanks that differ by their line break only, and the
// full-width letters and digits of East Asian programs.
func FoldKey(s string) string {
	if plainASCII(s) {
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(strings.Map(foldRune, s))
}

func plainASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func foldRune(r rune) rune {
	switch {
	case unicode.Is(unicode.Cf, r), r == '\u034f', r >= '\ufe00' && r <= '\ufe0f':
		return -1
	case r >= '\uff01' && r <= '\uff5e': // full-width ! to ~
		return r - 0xfee0
	case r == '\u2010', r == '\u2011', r == '\u2012', r == '\u2212', r == '\ufe63':
		return '-'
	case unicode.Is(unicode.Zs, r):
		return ' '
	}
	return r
}

// tidy takes out of any text what has no meaning within it: the marks of a file's
// beginning, and places for a line break. Marks of the direction of writing stay.
var tidy = strings.NewReplacer("\ufeff", "", "\u200b", "", "\u00ad", "", "\u2060", "")

func tidied(s string) string {
	if plainASCII(s) {
		return s
	}
	return tidy.Replace(s)
}

// unescape takes off the ' that our own CSVs put before what a spreadsheet would run as a formula.
func unescape(s string) string {
	if len(s) < 2 || s[0] != '\'' {
		return s
	}
	switch r := []rune(s[1:min(len(s), 5)])[0]; r {
	case '=', '+', '-', '@', '\t', '\r', '|', '＝', '＋', '－', '＠':
		return s[1:]
	}
	return s
}

// Isolated keeps the marks of the direction of writing that a value has from turning
// what is written beside it.
func Isolated(s string) string {
	if plainASCII(s) || strings.IndexFunc(s, isDirection) < 0 {
		return s
	}
	return "\u2068" + s + "\u2069"
}

func isDirection(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}
