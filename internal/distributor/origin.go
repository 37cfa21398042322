package distributor

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// Origin is the server of an address in its one spelling: scheme, host and, where it is
// not the scheme's usual one, port. Case, a dot at the end and a port that goes without
// saying make no other server. Empty for what is no address.
func Origin(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Hostname() == "" {
		return ""
	}
	scheme, host := strings.ToLower(u.Scheme), hostName(u)
	if a, err := netip.ParseAddr(host); err == nil {
		host = a.String()
	}
	port := strings.TrimLeft(u.Port(), "0")
	if port == "" || scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		return scheme + "://" + host
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// SecretFor names the servers that a secret reaches: the one it signs in at, then the one
// that the token it brings is shown to, once where both are the same. A secret is sealed
// for exactly these.
func SecretFor(token, api string) string {
	signIn, called := Origin(token), Origin(api)
	if signIn == "" || signIn == called {
		return called
	}
	return signIn + " " + called
}

// Elsewhere says what would reach another server than before when a secret given for the
// servers was went to those of is: the secret itself, or only the token that it brings.
func Elsewhere(was, is string) string {
	wasSignIn, _, _ := strings.Cut(was, " ")
	signIn, called, two := strings.Cut(is, " ")
	if two && signIn == wasSignIn {
		return "the access token that it brings would now go to " + called
	}
	return "it would now be sent to " + SaidFor(is)
}

// SaidFor words SecretFor for a person.
func SaidFor(hosts string) string {
	signIn, called, two := strings.Cut(hosts, " ")
	if !two {
		return hosts
	}
	return signIn + " (API at " + called + ")"
}
