package provider

import "strings"

// What the new form is filled with (DESIGN 5; the hosts are in reference 1.1 to 1.3).
const (
	DefaultInternalName = "Work365.Provider.SynnexCspProvider"
	DefaultURL          = "https://api.us.tdsynnex.com/"
	DefaultLegacyURL    = "https://ws.synnex.com/"
	DefaultPageSize     = 100
	DefaultConcurrency  = 4
	DefaultGrant        = "client_credentials"
	PasswordGrant       = "password"
)

func isOf(host, domain string) bool {
	host = strings.ToLower(host)
	return host == domain || strings.HasSuffix(host, "."+domain)
}
