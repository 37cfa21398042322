package words

import "strconv"

// Count writes a number with its thousands apart, as screens show it: "12,400".
func Count(n int) string {
	s, sign := strconv.Itoa(n), ""
	if n < 0 {
		s, sign = s[1:], "-"
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Counted is a number of something on a screen: "1 account", "12,400 accounts". many says the plural
// where it is more than an s.
func Counted(n int, one string, many ...string) string { return Count(n) + " " + Noun(n, one, many...) }

// Noun is what so many of something are called: "account" for one, else "accounts".
func Noun(n int, one string, many ...string) string {
	switch {
	case n == 1 || n == -1:
		return one
	case len(many) > 0:
		return many[0]
	}
	return one + "s"
}
