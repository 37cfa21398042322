package crm

import (
	"strings"
	"testing"
)

// A domain that is read out of what somebody typed is one word of letters that a name may have.
func FuzzDomains(f *testing.F) {
	for _, s := range []string{"", "contoso.example", "https://www.contoso.example/x?y", "javascript:alert(1)", "mailto:a@contoso.example", "http://user:pass@contoso.example:8080",
		"münchen.example", "a..b", "none yet", "contoso.example, other.example",
		"{00000000-0000-4000-8000-000000000001}", "127.0.0.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := ParseDomain(text); err == nil && strings.ContainsAny(d, " /:@?#\\\"'<>\x00\n") {
			t.Errorf("%q is the domain %q", text, d)
		}
		if list, err := ParseEmailDomains(text); err == nil && strings.ContainsAny(list, "/:@?#\\\"'<>\x00\n") {
			t.Errorf("%q are the domains %q", text, list)
		}
		if id, err := ParseTenantID(text); err == nil && id != "" && len(id) != 36 {
			t.Errorf("%q is the tenant %q", text, id)
		}
	})
}
