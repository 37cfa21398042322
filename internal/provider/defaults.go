package provider

import (
	"net/url"
	"strings"

	"seatledger/internal/distributor"
)

// What the new form is filled with (DESIGN 5; the hosts are in reference 1.1 to 1.3).
const (
	DefaultInternalName = "Work365.Provider.SynnexCspProvider"
	DefaultURL          = "https://api.us.tdsynnex.com/"
	DefaultLegacyURL    = "https://ws.synnex.com/"
	DefaultTokenURL     = "https://sso.us.tdsynnex.com/oauth2/v1/token"
	DefaultPageSize     = 100
	DefaultConcurrency  = 4
	DefaultGrant        = "client_credentials"
	PasswordGrant       = "password"
)

// TokenURLFor is where a token is asked for when the form leaves it empty. TD
// SYNNEX's own hosts share one address; elsewhere it is looked for beside the API.
// Guess: the second has been seen with one client only.
func TokenURLFor(connector, api string) string {
	u, err := url.Parse(api)
	if connector != distributor.Stellr || err != nil || u.Host == "" {
		return ""
	}
	if isOf(u.Hostname(), "tdsynnex.com") {
		return DefaultTokenURL
	}
	return strings.TrimRight(u.Scheme+"://"+u.Host+u.Path, "/") + "/oauth2/v1/token"
}

func isOf(host, domain string) bool {
	host = strings.ToLower(host)
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// CurrencyFor is the default currency by the host's country; US dollars where the
// host tells of none. Every amount that it stands in for is shown as assumed.
func CurrencyFor(api string) string {
	u, err := url.Parse(api)
	if err != nil {
		return "USD"
	}
	h := strings.ToLower(u.Hostname())
	switch {
	case strings.Contains(h, ".ca.") || strings.HasSuffix(h, ".ca"):
		return "CAD"
	case strings.HasPrefix(h, "api-br."):
		return "BRL"
	case strings.HasPrefix(h, "api-mx."):
		return "MXN"
	}
	return "USD"
}
