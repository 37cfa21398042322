package crm

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/net/idna"

	"seatledger/internal/errs"
)

// ParseDomain takes the domain out of a web address or a bare domain: lower case,
// ASCII, without www. Empty stays empty; free text is errs.Invalid.
func ParseDomain(website string) (string, error) {
	website = strings.TrimSpace(website)
	if website == "" {
		return "", nil
	}
	host, ok := hostOf(website)
	if !ok {
		return "", notADomain(website)
	}
	domain, ok := asciiDomain(host)
	if !ok {
		return "", notADomain(website)
	}
	if rest, cut := strings.CutPrefix(domain, "www."); cut && strings.Contains(rest, ".") {
		domain = rest
	}
	return domain, nil
}

func hostOf(website string) (string, bool) {
	if !strings.Contains(website, "//") {
		website = "//" + website
	}
	u, err := url.Parse(website)
	if err != nil || u.User != nil || !slices.Contains([]string{"", "http", "https"}, strings.ToLower(u.Scheme)) {
		return "", false
	}
	return u.Hostname(), true
}

// asciiDomain is the one spelling of a domain; false for what is none.
func asciiDomain(s string) (string, bool) {
	s = strings.TrimSuffix(strings.TrimSpace(s), ".")
	ascii, err := idna.Lookup.ToASCII(s)
	if err != nil || len(ascii) > 253 || !strings.Contains(ascii, ".") || net.ParseIP(ascii) != nil {
		return "", false
	}
	for _, label := range strings.Split(ascii, ".") {
		if label == "" || len(label) > 63 {
			return "", false
		}
	}
	return ascii, true
}

func notADomain(s string) error {
	return errs.Newf(errs.Invalid, "%q is no web address. Write one like www.contoso.example, or leave it empty.", s)
}

// ParseEmailDomains reads a list separated by space, comma or semicolon, and
// gives it separated by one space, without repetitions. Of a whole mail address
// the part behind the @ counts.
func ParseEmailDomains(list string) (string, error) {
	var out []string
	for _, word := range strings.FieldsFunc(list, isListBreak) {
		domain, ok := asciiDomain(word[strings.LastIndex(word, "@")+1:])
		if !ok {
			return "", errs.Newf(errs.Invalid,
				"%q is no mail domain. Write them like contoso.example, separated by spaces.", word)
		}
		if !slices.Contains(out, domain) {
			out = append(out, domain)
		}
	}
	if len(out) > maxDomains {
		return "", errs.Newf(errs.Invalid, "These are %d mail domains; an account may have %d.", len(out), maxDomains)
	}
	return strings.Join(out, " "), nil
}

func isListBreak(r rune) bool { return strings.ContainsRune(" ,;\t\r\n", r) }

// ParseTenantID reads a Microsoft tenant id, a GUID in any case, also in braces,
// and gives it in lower case. Empty stays empty.
func ParseTenantID(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	inner, open := strings.CutPrefix(s, "{")
	inner, closed := strings.CutSuffix(inner, "}")
	id, err := uuid.Parse(inner)
	if err != nil || open != closed || len(inner) != 36 {
		return "", errs.New(errs.Invalid,
			"This is no tenant id. It looks like 2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11; "+
				"Microsoft Entra shows it as Directory ID.")
	}
	if id == uuid.Nil {
		return "", errs.New(errs.Invalid, "A tenant id of zeros belongs to nobody. Leave it empty if it is not known.")
	}
	return id.String(), nil
}
