package httpx_test

import (
	"testing"

	"seatledger/web/httpx"
)

// Wherever somebody is sent after signing in, it is on this site.
func FuzzSafeNext(f *testing.F) {
	for _, s := range []string{"", "/", "//evil.example", `/\evil.example`, "/a/../..//evil.example", "/%2f%2fevil.example", "javascript:alert(1)", "/\t/evil.example",
		"/x?next=//evil.example", "/.//evil.example", "/a\x00b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, next string) { assertLocal(t, httpx.SafeNext(next)) })
}
