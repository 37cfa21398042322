package crm

import (
	"testing"

	"seatledger/internal/errs"
)

func TestADomainIsReadOutOfAWebsite(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                    "",
		"contoso.example":                     "contoso.example",
		" WWW.Contoso.EXAMPLE ":               "contoso.example",
		"https://www.contoso.example/a?b=c#d": "contoso.example",
		"http://contoso.example:8080":         "contoso.example",
		"contoso.example.":                    "contoso.example",
		"shop.contoso.example/home":           "shop.contoso.example",
		"https://www.müller-bäckerei.example": "xn--mller-bckerei-hfb76a.example",
		"www.example":                         "www.example",
	} {
		got, err := ParseDomain(in)
		if err != nil || got != want {
			t.Errorf("ParseDomain(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestFreeTextIsNoWebsite(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"n/a", "none yet", "contoso", "ftp://contoso.example", "info@contoso.example",
		"192.0.2.7", "https://", "a..example", "conto so.example", "javascript:alert(1)"} {
		if got, err := ParseDomain(in); errs.KindOf(err) != errs.Invalid {
			t.Errorf("ParseDomain(%q) = %q, %v; want a refusal", in, got, err)
		}
	}
}

func TestMailDomainsAreAListInOneSpelling(t *testing.T) {
	t.Parallel()
	got, err := ParseEmailDomains("Contoso.example, @fabrikam.example;info@northwind.example  contoso.EXAMPLE")
	if want := "contoso.example fabrikam.example northwind.example"; err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if _, err := ParseEmailDomains("contoso.example unknown"); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a word that is no domain was taken: %v", err)
	}
}

func TestATenantIDIsAGUID(t *testing.T) {
	t.Parallel()
	const want = "2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11"
	for _, in := range []string{want, "2B1F0E5C-7A41-4D0E-9A53-0C6A1D0E7F11", "{2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11}",
		"  " + want + " "} {
		if got, err := ParseTenantID(in); err != nil || got != want {
			t.Errorf("ParseTenantID(%q) = %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"contoso.onmicrosoft.com", "{" + want, "2b1f0e5c7a414d0e9a530c6a1d0e7f11",
		"00000000-0000-0000-0000-000000000000"} {
		if got, err := ParseTenantID(in); errs.KindOf(err) != errs.Invalid {
			t.Errorf("ParseTenantID(%q) = %q, %v; want a refusal", in, got, err)
		}
	}
}
