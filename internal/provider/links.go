package provider

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

const linkLimit = 2000

// Link is an authorize address as it was typed, checked: what to store, what is wrong
// with it, and what a person should know though it is accepted.
type Link struct {
	URL      string
	Problem  string // refused: one sentence for the field
	Warnings []string
}

var (
	guid       = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	digitsOnly = regexp.MustCompile(`^[0-9]+$`)
	// One GUID in Microsoft's examples, two in practice.
	relationship = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(-[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$`)
	hashReseller = regexp.MustCompile(`(?i)partners/invitation/indirectReseller\b`)
	gdapLink     = regexp.MustCompile(`(?i)granularAdminRelationships/([^/?#]+)`)
)

// CheckResellerLink checks the address with which a customer accepts the reseller
// relationship. A delegated-admin link in its place is noticed.
func CheckResellerLink(raw string) Link {
	l, u := parseLink(raw)
	if l.URL == "" || l.Problem != "" {
		return l
	}
	q := lowerKeys(u)
	switch invitation := invitationOf(u, q); {
	case isGDAP(u) || invitation == "administration":
		l.Problem = "This is a delegated admin link. You may have swapped the two addresses: " +
			"it belongs into the other field."
	case isReseller(invitation):
		l.Problem = resellerParts(q, invitation)
	case isOlder(u):
	case isMicrosoft(u):
		l.Problem = "This is not a reseller relationship link: invType should be ResellerRelationship or " +
			"IndirectResellerRelationship."
	}
	return l
}

func resellerParts(q map[string]string, invitation string) string {
	switch {
	case !guid.MatchString(partnerOf(q)):
		return "partnerId in the link is missing or is not a GUID. Copy the link again from the partner portal."
	case invitation == indirectReseller && !guid.MatchString(q["indirectcspid"]):
		return "indirectCSPId in the link is missing or is not a GUID. Copy the link again from the partner portal."
	case q["msppid"] != "" && !digitsOnly.MatchString(q["msppid"]):
		return "msppId in the link is not a number. Copy the link again from the partner portal."
	}
	return ""
}

// CheckAdminLink checks the address with which a customer accepts delegated admin
// rights. Its fragment is the important half of a GDAP link and is kept.
func CheckAdminLink(raw string) Link {
	l, u := parseLink(raw)
	if l.URL == "" || l.Problem != "" {
		return l
	}
	q := lowerKeys(u)
	switch invitation := invitationOf(u, q); {
	case isGDAP(u):
		l.Warnings = append(l.Warnings, gdapWarnings(u)...)
	case isReseller(invitation):
		l.Problem = "This is a reseller relationship link. You may have swapped the two addresses: " +
			"it belongs into the other field."
	case invitation == "administration" && !guid.MatchString(partnerOf(q)):
		l.Problem = "partnerId in the link is missing or is not a GUID. Copy the link again from the partner portal."
	case invitation == "administration", isOlder(u):
	case isMicrosoft(u):
		l.Problem = "This is not a delegated admin link: it names no relationship. " +
			"Was the part after # lost when it was copied?"
	}
	return l
}

func parseLink(raw string) (Link, *url.URL) {
	s := html.UnescapeString(strings.TrimSpace(raw))
	switch {
	case s == "":
		return Link{}, nil
	case len(s) > linkLimit:
		return Link{URL: s, Problem: fmt.Sprintf("The link is longer than %d characters.", linkLimit)}, nil
	case strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsFunc(s, unicode.IsSpace):
		return Link{URL: s, Problem: "The link contains a space or a line break. Copy it again in one piece."}, nil
	case strings.Count(strings.ToLower(s), "https://")+strings.Count(strings.ToLower(s), "http://") > 1:
		return Link{URL: s, Problem: "This looks like two links pasted together. Keep one of them."}, nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "":
		return Link{URL: s, Problem: "This is not a web address. It should begin with https://."}, nil
	case !strings.EqualFold(u.Scheme, "https"):
		return Link{URL: s, Problem: "The link must begin with https://."}, nil
	case u.User != nil:
		return Link{URL: s, Problem: "The link contains a user name or password. Copy it again from the partner portal."}, nil
	}
	return Link{URL: s, Warnings: hostWarnings(u)}, u
}

func hostWarnings(u *url.URL) []string {
	switch {
	case isOlder(u):
		return []string{fmt.Sprintf("%s is an old address of Microsoft's. Ask for a current link.", u.Hostname())}
	case !isMicrosoft(u):
		return []string{fmt.Sprintf("%s is not one of Microsoft's usual hosts (admin.microsoft.com, "+
			"admin.cloud.microsoft). Check where the link leads before you send it to a customer.", u.Hostname())}
	}
	return nil
}

func isMicrosoft(u *url.URL) bool {
	switch strings.ToLower(u.Hostname()) {
	case "admin.microsoft.com", "admin.cloud.microsoft":
		return true
	}
	return isOlder(u)
}

func isOlder(u *url.URL) bool {
	switch strings.ToLower(u.Hostname()) {
	case "businessstore.microsoft.com", "portal.office.com":
		return true
	}
	return false
}

// invitationOf is what a link invites to, in lower case. The older hosts call it
// type; a link whose # leads to the indirect reseller's page names it only there.
func invitationOf(u *url.URL, q map[string]string) string {
	switch {
	case q["invtype"] != "":
		return strings.ToLower(q["invtype"])
	case isOlder(u):
		return strings.ToLower(q["type"])
	case hashReseller.MatchString(u.Fragment): // Guess: seen with one app only.
		return indirectReseller
	}
	return ""
}

const (
	directReseller   = "resellerrelationship"
	indirectReseller = "indirectresellerrelationship"
)

func isReseller(invitation string) bool {
	return invitation == directReseller || invitation == indirectReseller
}

// partnerOf is the partner's id, which the older hosts call id.
func partnerOf(q map[string]string) string {
	if q["partnerid"] != "" {
		return q["partnerid"]
	}
	return q["id"]
}

func gdapWarnings(u *url.URL) []string {
	w := []string{"A GDAP link belongs to one relationship: it serves one customer, not all of them."}
	if id := gdapLink.FindStringSubmatch(u.Fragment)[1]; !relationship.MatchString(id) {
		w = append(w, "The relationship id at its end does not look like one of Microsoft's. "+
			"Check that it was copied whole.")
	}
	return w
}

func isGDAP(u *url.URL) bool { return gdapLink.MatchString(u.Fragment) }

// lowerKeys reads the query, also one behind the #, with its keys in lower case.
func lowerKeys(u *url.URL) map[string]string {
	q := map[string]string{}
	read := func(raw string) {
		vs, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		for k, v := range vs {
			q[strings.ToLower(k)] = strings.TrimSpace(v[0])
		}
	}
	if _, inFragment, ok := strings.Cut(u.Fragment, "?"); ok {
		read(inFragment)
	}
	read(u.RawQuery)
	return q
}
