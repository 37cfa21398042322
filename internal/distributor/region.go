package distributor

import (
	"net/url"
	"strings"
)

// Where TD SYNNEX hands out tokens.
const (
	tokenUS = "https://sso.us.tdsynnex.com/oauth2/v1/token"
	tokenCA = "https://sso.ca.tdsynnex.com/oauth2/v1/token"
)

// TokenURLFor is where the tokens of an API come from when nobody said otherwise; empty
// where the connector asks the API itself. Guess: the Canadian host is mentioned once
// only, and the hosts of Latin America are taken to share that of the US; elsewhere the
// sign-in is looked for beside the API.
func TokenURLFor(connector, api string) string {
	u, err := url.Parse(strings.TrimSpace(api))
	if connector != Stellr || err != nil || u.Host == "" {
		return ""
	}
	switch host := hostName(u); {
	case strings.HasSuffix(host, ".ca.tdsynnex.com"):
		return tokenCA
	case strings.HasSuffix(host, ".tdsynnex.com"):
		return tokenUS
	}
	return strings.TrimRight(u.Scheme+"://"+u.Host+u.Path, "/") + "/oauth2/v1/token"
}

// OtherTokenURL is a second place at which the tokens of a regional host may be given
// out, for the advice after a refused sign-in; empty where there is no doubt.
func OtherTokenURL(api, asked string) string {
	u, err := url.Parse(strings.TrimSpace(api))
	if err != nil {
		return ""
	}
	host := hostName(u)
	if !strings.HasSuffix(host, ".tdsynnex.com") || strings.HasSuffix(host, ".us.tdsynnex.com") {
		return ""
	}
	if strings.HasSuffix(host, ".ca.tdsynnex.com") && Origin(asked) != Origin(tokenCA) {
		return tokenCA
	}
	if Origin(asked) != Origin(tokenUS) {
		return tokenUS
	}
	return "https://" + host + "/oauth2/v1/token"
}

// CurrencyFor is the default currency by the host's country; US dollars where the
// host tells of none. Every amount that it stands in for is shown as assumed.
func CurrencyFor(api string) string {
	u, err := url.Parse(strings.TrimSpace(api))
	if err != nil {
		return "USD"
	}
	switch h := hostName(u); {
	case strings.Contains(h, ".ca.") || strings.HasSuffix(h, ".ca"):
		return "CAD"
	case strings.HasPrefix(h, "api-br."):
		return "BRL"
	case strings.HasPrefix(h, "api-mx."):
		return "MXN"
	}
	return "USD"
}

func hostName(u *url.URL) string { return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".") }
