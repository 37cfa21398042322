package distributor_test

import (
	"strings"
	"testing"

	"seatledger/internal/distributor"
)

func TestAServerHasOneSpelling(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://API.Example":              "https://api.example",
		"https://api.example.:443/a/b":     "https://api.example",
		"https://api.example:0443":         "https://api.example",
		" https://api.example/ ":           "https://api.example",
		"https://api.example:8443":         "https://api.example:8443",
		"http://api.example":               "http://api.example",
		"http://api.example:80/":           "http://api.example",
		"http://api.example:443/":          "http://api.example:443",
		"https://[2001:DB8:0:0::1]:443/":   "https://[2001:db8::1]",
		"https://[2001:db8::1]:9443/":      "https://[2001:db8::1]:9443",
		"https://api.example.evil.example": "https://api.example.evil.example",
		"https:///nowhere":                 "",
		"":                                 "",
	} {
		if got := distributor.Origin(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func TestASecretIsForTheSignInAndTheAPITogether(t *testing.T) {
	t.Parallel()
	const api = "https://api.example/v1"
	if got := distributor.SecretFor("", api); got != "https://api.example" {
		t.Error(got)
	}
	if got := distributor.SecretFor("https://api.example:443/token", api); got != "https://api.example" {
		t.Error(got)
	}
	if got := distributor.SecretFor("https://sso.example/token",
		api); got != "https://sso.example https://api.example" {
		t.Error(got)
	}
}

func TestARegionalHostHasASecondTokenURLToTry(t *testing.T) {
	t.Parallel()
	for api, want := range map[string]string{
		"https://api.us.tdsynnex.com":     "",
		"https://sandbox.example":         "",
		"https://eviltdsynnex.com":        "",
		"https://api.ca.tdsynnex.com":     "https://sso.us.tdsynnex.com/oauth2/v1/token",
		"https://api-br.lac.tdsynnex.com": "https://api-br.lac.tdsynnex.com/oauth2/v1/token",
	} {
		asked := distributor.TokenURLFor(distributor.Stellr, api)
		if got := distributor.OtherTokenURL(api, asked); got != want {
			t.Errorf("%s, asked at %s: %q", api, asked, got)
		}
	}
	if got := distributor.OtherTokenURL("https://api.ca.tdsynnex.com",
		"https://sso.us.tdsynnex.com/x"); !strings.Contains(got, "sso.ca.") {
		t.Error(got)
	}
}
