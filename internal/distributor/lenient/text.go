package lenient

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plainText gives a text, number or boolean as text; empty for anything else.
func plainText(raw json.RawMessage) string {
	switch {
	case len(raw) == 0, isNull(raw), starts(raw, '{'), starts(raw, '['):
		return ""
	case starts(raw, '"'):
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return ""
		}
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(string(raw))
}

// Clean makes a text fit for a PostgreSQL text column and for one line of a log:
// NUL and other control characters become blanks, bytes that are not UTF-8 become U+FFFD.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s))
}

func cut(s string, max int) string {
	if len(s) <= max {
		return s
	}
	for max > 0 && !utf8.RuneStart(s[max]) {
		max--
	}
	return s[:max] + "…"
}
