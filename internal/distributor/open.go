package distributor

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// Credentials are all that a connector needs to read for one provider.
// Secrets print as dots.
type Credentials struct {
	Connector         string
	BaseURL           string
	TokenURL          string
	Grant             string // client_credentials or password
	ApplicationID     string
	ApplicationSecret Secret
	UserName          string
	Password          Secret
	ResellerNumber    string
	PageSize          int
	Concurrency       int
	Dialect           Dialect
	CallsPerMinute    int // of all replicas together; 0: no limit
	// Line names the way to the provider, whatever its credentials: pauses, limits and
	// failures of its server concern all who take it. Empty: this process alone.
	Line string
	// Key names the credentials as they stand (provider and the moment of their
	// last change), so that connectors of the same key share one token.
	Key string
}

// Secret is a text that never prints.
type Secret string

const dots = "•••"

// String gives dots.
func (Secret) String() string { return dots }

// GoString gives dots.
func (Secret) GoString() string { return dots }

// MarshalJSON gives dots.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + dots + `"`), nil }

// MarshalText gives dots.
func (Secret) MarshalText() ([]byte, error) { return []byte(dots), nil }

// Reveal gives the text itself, for the wire only.
func (s Secret) Reveal() string { return string(s) }

// Redact blots the secrets, and whatever else is given, out of a text that came
// from outside: a server may well repeat what it was sent.
func (c Credentials) Redact(text string, more ...string) string {
	basic := ""
	if c.ApplicationSecret != "" { // as it stands in a Basic header
		basic = base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(c.ApplicationID) + ":" +
			url.QueryEscape(c.ApplicationSecret.Reveal())))
	}
	for _, secret := range append([]string{basic, c.ApplicationSecret.Reveal(), c.Password.Reveal()}, more...) {
		if len(secret) < 4 {
			continue
		}
		quoted, _ := json.Marshal(secret) // a string always marshals
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret),
			strings.Trim(string(quoted), `"`), base64.StdEncoding.EncodeToString([]byte(secret))} {
			text = strings.ReplaceAll(text, form, dots)
		}
	}
	return text
}

// Open makes a connector for credentials; app sets which connectors there are.
// The connector of a manual provider reads nothing: its calls answer an Unsupported error.
type Open func(ctx context.Context, c Credentials) (Connector, error)
