package httpx_test

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"seatledger/web/httpx"
)

func TestSafeNextStaysHere(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/":                               "/",
		"/subscriptions":                  "/subscriptions",
		"/subscriptions?state=held&q=a+b": "/subscriptions?state=held&q=a+b",
		"/accounts/1#top":                 "/accounts/1",
		"/search?u=https://other.example": "/search?u=https://other.example",
		"/a/../b":                         "/b",
		"/a//b":                           "/a/b",
		"/näme":                           "/n%C3%A4me",
	} {
		if got := httpx.SafeNext(next); got != want {
			t.Errorf("SafeNext(%q) = %q, want %q", next, got, want)
		}
	}
}

func TestSafeNextRefusesEveryWayOut(t *testing.T) {
	t.Parallel()
	for _, next := range []string{
		"", "x", "subscriptions", "https://evil.example", "http:/evil.example", "http:evil.example", "//evil.example",
		"///evil.example",
		"////evil.example", `/\evil.example`, `\/evil.example`, `\\evil.example`, `/\/evil.example`, "/\t/evil.example",
		"/\n/evil.example",
		"\t//evil.example", " //evil.example", " https://evil.example", "/\r\n//evil.example", "/\x00/evil.example",
		"javascript:alert(1)", "JaVaScRiPt:alert(1)",
		"java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example/%2f..", "//evil.example:80",
		"//user@evil.example", "@evil.example", "https:evil.example",
		"https:///evil.example", "/%5cevil.example", "/%5Cevil.example", "/%2f%2fevil.example", "/%2Fevil.example",
		"/.//evil.example//..", "?next=//evil.example", "#//evil.example",
		"/%zz", "／／evil.example", "/login", "/login?next=/x", "/logout", "/setup", "/a/../login", "/login/",
		"%2f%2fevil.example", "\u2028//evil.example", "/\u007f/evil.example",
	} {
		got := httpx.SafeNext(next)
		if next == "/.//evil.example//.." {
			// A path within this site, however odd, is no way out.
			assertLocal(t, got)
			continue
		}
		if got != "/" {
			t.Errorf("SafeNext(%q) = %q, want /", next, got)
		}
	}
}

func TestSafeNextIsAlwaysAPathOfOurs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom([]string{"/", "\\", "..", ".", "%2f", "%5c", "evil.example", "@", ":",
			"?", "#", "\t", "http", " ", "a"})).Draw(rt, "parts")
		assertLocal(rt, httpx.SafeNext(strings.Join(parts, "")))
	})
}

type failer interface{ Errorf(string, ...any) }

func assertLocal(t failer, got string) {
	base, _ := url.Parse("https://ours.example/here")
	u, err := base.Parse(got)
	if err != nil || u.Host != "ours.example" || u.Scheme != "https" || strings.ContainsAny(got, "\\\t\n\r") ||
		strings.HasPrefix(got, "//") {
		t.Errorf("%q leads out of this site", got)
	}
}
