package httpx

import (
	"net/url"
	"path"
	"strings"
)

// SafeNext is the address to go on to after sign-in: a path of ours, with its
// query. Whatever a browser could read as another site, and the sign-in pages
// themselves, become "/".
func SafeNext(next string) string {
	if !isLocal(next) {
		return "/"
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || u.User != nil {
		return "/"
	}
	clean := path.Clean(u.Path)
	if strings.HasPrefix(u.Path, "//") || strings.ContainsAny(u.Path, "\\") || isDoor(clean) {
		return "/"
	}
	return (&url.URL{Path: clean, RawQuery: u.RawQuery}).String()
}

// isLocal refuses what browsers treat as a host: "//", "/\", and control
// characters, which they drop before they look.
func isLocal(s string) bool {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '\\' })
}

func isDoor(p string) bool {
	return p == "/login" || strings.HasPrefix(p, "/login/") || p == "/logout" || p == "/setup" || p == "/prove"
}
