package match

import (
	"regexp"
	"strings"
	"unicode"
)

// A record may name more companies than itself: the one it is care of, the one it
// was, the one it trades as. What stands behind "c/o" is never the company; what
// stands behind "trading as" is another name of it, which others may have too.

// behalf begins what is somebody else: nothing behind it is this company.
var behalf = regexp.MustCompile(`(?:^|[\s,(\[-]+)(?:c/o|c/-|care of|p/a|z\.? ?hd\.?|attn\.?:?|attention:|on behalf of|` +
	`a division of|a subsidiary of|an affiliate of|a member of)\s+.*$`)

// alsoCalled parts a name from a second one: "Foo Ltd t/a Bar".
var alsoCalled = regexp.MustCompile(`[\s,(\[-]+(?:d/?b/?a/?|d\.b\.a\.?|t/a|t/as|trading as|doing business as|a/k/a|aka|` +
	`a\.k\.a\.?|also known as|f/k/a|fka|f\.k\.a\.?|n/k/a|nka|formerly known as|formerly|previously|vormals|ehemals|` +
	`anciennement|a trading name of|trading name of)[\s:]+`)

// retired are the marks by which people say that a row is not to be used, where
// they cannot be part of a name: in brackets, behind a dash, or shouted.
var retired = regexp.MustCompile(`(?i)[\s*]*[(\[*]+\s*(?:old|test|dup|dupe|duplicate|inactive|closed|deleted|obsolete|` +
	`archived|do not use|don't use|not in use|nicht verwenden|alt)\s*[)\]*]+|` +
	`\s+[-–—:|]+\s*(?:old|test|dup|dupe|duplicate|inactive|closed|deleted|obsolete|archived|do not use)\s*$|` +
	`\s*[-–—:|*(\[]*\s*\bdo not use\b\s*[-–—:|*)\]]*|^\s*(?:zz+|xx+)[-_\s]+`)

var shouted = regexp.MustCompile(`\s+(?:OLD|TEST|DUP|DUPE|DUPLICATE|INACTIVE|CLOSED|OBSOLETE|ARCHIVED)\s*$`)

// unmarked takes such marks off a name, and tells whether there were any.
func unmarked(raw string) (string, bool) {
	s := retired.ReplaceAllString(raw, " ")
	if strings.ContainsFunc(s, unicode.IsLower) {
		s = shouted.ReplaceAllString(s, "")
	}
	if strings.TrimSpace(s) == "" {
		return raw, false
	}
	return s, s != raw
}

// namesIn are the parts of a folded name that name the company: the name, and
// its other names; care tells that somebody stood behind it.
func namesIn(s string) (own string, others []string, care bool) {
	was := s
	s = behalf.ReplaceAllString(s, "")
	care = s != was
	if at := alsoCalled.FindStringIndex(s); at != nil && at[0] > 0 {
		return s[:at[0]], []string{strings.Trim(s[at[1]:], " )]")}, care
	}
	if long, short, ok := spelledOut(s); ok {
		return long, short, care
	}
	if before, after, ok := strings.Cut(s, "/"); ok && len(before) >= 4 && len(after) >= 4 {
		return s, []string{before, after}, care
	}
	return s, nil, care
}

var bracketed = regexp.MustCompile(`^(.*?)\s*[(\[]([^()\[\]]+)[)\]]\s*(.*)$`)

// spelledOut finds a name with its own initials in brackets behind it, or the other
// way round: "Museum of Arts and Crafts (MAC)".
func spelledOut(s string) (long string, short []string, ok bool) {
	m := bracketed.FindStringSubmatch(s)
	if m == nil {
		return "", nil, false
	}
	inner := onlyAlnum(m[2])
	switch {
	case abbreviates(inner, m[1]):
		return strings.TrimSpace(m[1] + " " + m[3]), nil, true
	case m[3] == "" && abbreviates(onlyAlnum(m[1]), m[2]):
		return m[2], []string{m[1]}, true
	}
	return "", nil, false
}

// abbreviates is true for the initials of some words, with or without the small
// ones and the legal form.
func abbreviates(short, long string) bool {
	words := splitWords(long)
	if len(short) < 2 || len(words) < 2 {
		return false
	}
	bare, _ := stripForms(words)
	return short == initialsOf(words, true) || short == initialsOf(bare, true) || short == initialsOf(bare, false)
}

func initialsOf(words []string, small bool) string {
	var b strings.Builder
	for _, w := range words {
		if small || !stopWords[w] {
			b.WriteString(string([]rune(w)[:1]))
		}
	}
	return b.String()
}
