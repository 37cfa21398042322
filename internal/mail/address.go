package mail

import (
	"net/mail"
	"strings"
	"unicode"

	"seatledger/internal/errs"
)

// Split cuts a list of addresses at commas, semicolons and blanks.
func Split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(",; \n\t\r", r) })
}

// MaxRecipients is how many addresses one mail may have.
const MaxRecipients = 10

// Addresses reads a list of addresses, each once. What is none, or would be more than one, is
// refused with a message at the field.
func Addresses(problems errs.Fields, field, list string) []string {
	var out []string
	seen := map[string]bool{}
	for _, a := range Split(list) {
		if !IsAddress(a) {
			problems.Add(field, "%q is not an e-mail address. Separate several with commas.", a)
			continue
		}
		if key := strings.ToLower(a); !seen[key] {
			seen[key] = true
			out = append(out, a)
		}
	}
	if len(out) > MaxRecipients {
		problems.Add(field, "Enter at most %d addresses.", MaxRecipients)
	}
	return out
}

// maxAddress is how long an address may be (RFC 5321).
const maxAddress = 254

// IsAddress tells whether a text is one bare address that can stand on a line of SMTP: no name, no
// quotes, nothing that could begin another header or command.
func IsAddress(s string) bool {
	if len(s) > maxAddress || strings.ContainsAny(s, "\"<>()[]\\") || strings.ContainsFunc(s, unfit) {
		return false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return strings.Contains(domain, ".") || domain == "localhost"
}

func unfit(r rune) bool {
	return unicode.IsControl(r) || unicode.IsSpace(r) || r == unicode.ReplacementChar
}

// Line makes one line of a text for a header: what would end the line is a blank.
func Line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069': // turns the reading direction
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
